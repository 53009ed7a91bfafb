import type { Answer } from '../../http/answer.ts'
import type { Identity } from '../../http/identity.ts'
import type { AccessToken } from '../../oauth/grants/access-tokens.ts'
import type { Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import { type BearerAccess, decideBearer, stillBearer } from './bearer.ts'
import { decideNone, type NoneAccess } from './none.ts'

/** What a route asks for before it lets anybody in. Each kind is a file of this folder. */
export type Access = NoneAccess | BearerAccess

/** What is decided about a request. */
export type Decision =
  /** Let in. */
  | Allowed
  /** Not without better credentials. */
  | Challenge
  /** Answered here and now, such as with the page to sign in. */
  | { kind: 'answer'; answer: Answer }

export interface Allowed {
  kind: 'allow'
  /** Nobody, where nobody was asked who they are. */
  identity?: Identity
  /** What proved it. */
  token?: AccessToken
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

/** One way to decide. @throws StorageError when it can't be told who is calling. */
export type Decide<A> = (access: A, exchange: Exchange, site: Site) => Decision | Promise<Decision>

const KINDS: { [K in Access['kind']]: Decide<Extract<Access, { kind: K }>> } = {
  none: decideNone,
  bearer: decideBearer,
}

/** The one place that decides who gets through: what is asked for and the exchange in, a decision out. */
export function decide(access: Access, exchange: Exchange, site: Site): Decision | Promise<Decision> {
  const run = KINDS[access.kind] as Decide<Access>
  return run(access, exchange, site)
}

/** Whether what was allowed still is, under the access of now. @throws StorageError when nobody can tell. */
export function stillHolds(access: Access, allowed: Allowed, site: Site): boolean | Promise<boolean> {
  return access.kind === 'none' || stillBearer(access, allowed.token, site)
}
