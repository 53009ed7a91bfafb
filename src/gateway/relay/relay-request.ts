import type { GatewayError } from '../../http/gateway-error.ts'
import type { Allowed, Decision } from '../access/access.ts'
import type { After } from '../after-timeout.ts'
import type { UpgradeRequest } from '../exchange.ts'
import type { Upstream } from '../upstreams/upstream.ts'
import type { MessageProtocol } from './conversation.ts'

/** What relaying one WebSocket needs of the gateway. */
export interface RelayRequest {
  upstream: Upstream
  upgrade: UpgradeRequest
  protocol: MessageProtocol
  /** How its client was let in; undefined where that has yet to sign in, with its first message. */
  allowed: Allowed | undefined
  /** @throws StorageError when it can't be told whose a token is. */
  decideToken: (token: string) => Decision | Promise<Decision>
  /** Somebody is let in: what goes to the upstream in their name. @throws GatewayError */
  letIn: (allowed: Allowed) => Promise<Passage>
  /** One who has yet to sign in. @param giveWay called when others need the place. @returns gives it back. @throws TooBusyError */
  admitStranger: (giveWay: () => void) => () => void
  /** The client got its 101. */
  onAccepted: () => void
  /** It is somebody, and the upstream has let it in. */
  onOpen: () => void
  after?: After
}

export interface Passage {
  /** Raw pairs. */
  headers: string[]
  /** What signs in there, as `Bearer ...`. */
  credentials: string
  /** What an upstream's status really means. */
  refusalOf: (status: number) => GatewayError | undefined
}
