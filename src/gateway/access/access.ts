import type { Answer } from '../../http/answer.ts'
import type { GatewayError } from '../../http/gateway-error.ts'
import type { Identity } from '../../http/identity.ts'
import type { AccessToken } from '../../oauth/grants/access-tokens.ts'
import type { ClientCertificate, Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import { type AlexaDirectiveAccess, alexaDirective } from './alexa-directive.ts'
import { type AlexaSkillAccess, alexaSkill } from './alexa-skill.ts'
import type { Asked } from './asked-resources.ts'
import { type BearerAccess, bearer } from './bearer.ts'
import { type BearerOrSessionAccess, bearerOrSession } from './bearer-or-session.ts'
import { type MtlsAccess, mtls } from './mtls.ts'
import { type NoneAccess, none } from './none.ts'
import { type SessionAccess, session } from './session.ts'
import { type SignedUrlAccess, signedUrl } from './signed-url.ts'

/** What a route asks for before it lets anybody in. Each kind is a file of this folder. */
export type Access =
  | NoneAccess
  | BearerAccess
  | SessionAccess
  | BearerOrSessionAccess
  | AlexaSkillAccess
  | AlexaDirectiveAccess
  | SignedUrlAccess
  | MtlsAccess

const KINDS: { [K in Access['kind']]: AccessKind<Extract<Access, { kind: K }>> } = {
  none,
  bearer,
  'alexa-skill': alexaSkill,
  session,
  'bearer-or-session': bearerOrSession,
  'alexa-directive': alexaDirective,
  'signed-url': signedUrl,
  mtls,
}

/** What there is to know of one kind. */
export interface AccessKind<A extends Access> {
  /**
   * The headers, in lower case, that it reads credentials from. No upstream gets them, and nobody who sends them without
   * TLS is just sent on.
   */
  credentialHeaders: readonly string[]
  /** What a route with this kind asks for. */
  read: (route: RouteAccess) => A
  /** @throws StorageError when it can't be told who is calling. */
  decide: (access: A, exchange: Exchange, site: Site) => Decision | Promise<Decision>
  /**
   * The same of an access token that came in another way than a header, for a kind that knows tokens.
   * @throws StorageError when it can't be told whose it is.
   */
  decideToken?: (access: A, token: string, asked: Asked, site: Site) => Decision | Promise<Decision>
  /** Whether what was allowed before still is. @throws StorageError when nobody can tell. */
  stillHolds: (access: A, allowed: Allowed, asked: Asked, site: Site) => boolean | Promise<boolean>
}

/** What the configuration says of who may come in. */
export interface RouteAccess {
  auth: Access['kind']
  scopes: string[]
  /** Where it is not enough to have those: one of these besides. */
  oneOfScopes?: string[] | undefined
  /** Of `alexa-skill` only. */
  skill_ids?: string[] | undefined
  account?: AlexaSkillAccess['account'] | undefined
}

/** What is decided about a request. */
export type Decision =
  /** Let in. */
  | Allowed
  /** Not without better credentials. */
  | Challenge
  | Answered

/** Answered here and now, such as with the page to sign in. */
export interface Answered {
  kind: 'answer'
  answer: Answer
}

export interface Allowed {
  kind: 'allow'
  /** Nobody, where nobody was asked who they are. */
  identity?: Identity
  /** What proved it. */
  token?: AccessToken
  /** The id of the session that proved it. */
  session?: string
  /** The certificate that proved it. */
  certificate?: ClientCertificate
  /** The request's, where it had to be read to decide. */
  body?: Buffer
  /** What goes on of its query, with the `?`, or empty; all of it, if absent. */
  query?: string
  /** How it is told what went wrong afterwards, where that isn't by an error of HTTP. */
  answerRefusal?: (refusal: GatewayError) => Answer
  /** Why an upstream's answer, which has come whole, is not passed on; undefined where it is. Goes with `answerRefusal`. */
  answerProblem?: (body: Uint8Array) => string | undefined
}

/** @see RFC 6750 section 3, RFC 9728 section 5.1 */
export interface Challenge {
  kind: 'challenge'
  status: 401 | 403
  code: 'unauthorized' | 'invalid_token' | 'insufficient_scope'
  sentence: string
  /** The value of `WWW-Authenticate`. */
  authenticate: string
}

/** Of all kinds: whatever a route asks for, what opens another one is no upstream's business. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(
  Object.values(KINDS).flatMap(({ credentialHeaders }) => credentialHeaders),
)

export function readAccess(route: RouteAccess): Access {
  return KINDS[route.auth].read(route)
}

/** The one place that decides who gets through: what is asked for and the exchange in, a decision out. */
export function decide(access: Access, exchange: Exchange, site: Site): Decision | Promise<Decision> {
  return kindOf(access).decide(access, exchange, site)
}

/** Whether a client may show its token in its first message, for it has sent nothing that could be judged before. */
export function takesTokenLater(access: Access, { code }: Challenge): boolean {
  return code === 'unauthorized' && kindOf(access).decideToken !== undefined
}

/** What the token of a message decides, as the same token in a header would. @throws StorageError when nobody can tell. */
export function decideToken(access: Access, token: string, asked: Asked, site: Site): Decision | Promise<Decision> {
  const { decideToken: decideIt } = kindOf(access)
  if (!decideIt) throw new Error(`${access.kind} knows no tokens`)
  return decideIt(access, token, asked, site)
}

/** Whether what was allowed still is, under the access of now. @throws StorageError when nobody can tell. */
export function stillHolds(access: Access, allowed: Allowed, asked: Asked, site: Site): boolean | Promise<boolean> {
  return kindOf(access).stillHolds(access, allowed, asked, site)
}

function kindOf(access: Access): AccessKind<Access> {
  return KINDS[access.kind] as AccessKind<Access>
}
