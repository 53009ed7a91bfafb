import type { Identity } from '../../http/identity.ts'

/** What a protocol of messages knows of an upstream that speaks it; made once for each upstream. */
export interface MessageProtocol {
  /** Where it is spoken. */
  paths: RegExp
  /**
   * What the server says first, for a client that has not signed in yet: nothing is connected for a stranger.
   * @throws GatewayError where it can't be had.
   */
  greeting: () => Promise<string>
  /** A client has come. @param greeting what it has been told already, in the server's place. */
  begin: (greeting?: string) => Conversation
}

/**
 * What the messages of one client mean, and what follows from them. It knows no sockets and no clock: messages in, effects
 * out, for `relay` to carry out in their order.
 */
export interface Conversation {
  /** Whether what the client says next has to wait, for somebody is being asked about what it said before. */
  readonly busy: boolean
  /** Whether what the upstream says has to be read here; otherwise it passes untouched. */
  readonly listens: boolean
  /** A text of the client's. */
  fromClient: (message: string) => Effect[]
  /** A text of the upstream's, while `listens`. */
  fromUpstream: (message: string) => Effect[]
  /** The upstream is connected, in this person's name. @param credentials what signs in there, as `Bearer ...`. */
  connected: (identity: Identity, credentials: string) => Effect[]
  /** What came of `decide`, unless somebody was let in who has to be connected first. */
  decided: (verdict: Verdict) => Effect[]
  /** It can't go on, through no fault of the client's. @param sentence for the client. @returns what it is told. */
  failed: (sentence: string) => Effect[]
  /** The person's link with the upstream is over, and the client's token good for nothing any more. */
  unlinked: (sentence: string) => Effect[]
}

/** What is to be done about a message. */
export type Effect =
  | { kind: 'tell'; whom: 'client' | 'upstream'; message: string }
  /** Whether this access token lets somebody in. */
  | { kind: 'decide'; token: string }
  /** The upstream doesn't accept what the gateway signs in with. */
  | { kind: 'refused by upstream'; detail: string }
  | { kind: 'close'; why: Closing; detail?: string }

export type Verdict =
  /** @property identity whose commands are judged from now on. */
  | { kind: 'allowed'; identity?: Identity }
  | { kind: 'refused'; reason: 'invalid-token' | 'scope-missing'; sentence: string }

/** Why a conversation is closed. */
export type Closing =
  | 'malformed'
  | 'too many tries'
  | 'too slow to sign in'
  | 'others came'
  | 'access ended'
  | 'stopped'
  | 'upstream broke off'
  | 'failed'
