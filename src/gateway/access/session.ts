import type { Answer } from '../../http/answer.ts'
import type { FoundSession } from '../../users/sessions.ts'
import type { Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import type { AccessKind, Allowed, Decision } from './access.ts'
import { hostOf, requireOwnPage } from './require-own-page.ts'

/** Whoever has signed in at the gateway in this browser. */
export interface SessionAccess {
  kind: 'session'
}

/** What a route for people who are signed in needs to know of the rest of the house. */
export interface SessionGate {
  /** Who is signed in in the browser that sends these cookies to this host. @throws StorageError */
  find: (cookies: string | undefined, host: string) => Promise<FoundSession | undefined>
  /** Whether that session is still there; it isn't used by that. @throws StorageError */
  isThere: (id: string) => Promise<boolean>
  /** Sends a browser to the page where people sign in, from which it comes back. @param host without its port. @param target path and query. */
  signIn: (host: string, target: string, cookies: string | undefined) => Answer
  /** What somebody may do who is there in person. */
  scopes: string[]
}

export const session: AccessKind<SessionAccess> = {
  credentialHeaders: [],
  read: () => ({ kind: 'session' }),
  async decide(_, exchange, site) {
    return (await decideBySession(exchange, site)) ?? withoutSession(exchange, site)
  },
  stillHolds: (_, allowed, _asked, site) => sessionHolds(allowed, site),
}

/**
 * Lets in who is signed in. A cookie comes with whatever a browser is made to send: what changes anything, and a
 * WebSocket, has to be a page's of this very host. @returns undefined where nobody is signed in. @throws GatewayError
 * foreign_request
 */
export async function decideBySession(exchange: Exchange, { sessions }: Site): Promise<Allowed | undefined> {
  const host = hostOf(exchange)
  const found = await sessions.find(exchange.headers.cookie, host)
  if (!found) return undefined
  requireOwnPage(exchange)
  const { id, name, displayName } = found.user
  const identity = { user: { id, name, displayName }, scopes: sessions.scopes, by: 'session' }
  return { kind: 'allow', identity, session: found.id }
}

/** A person is sent to the page where they sign in; a program is told. */
function withoutSession(exchange: Exchange, site: Site): Decision {
  return signInAnswer(exchange, site) ?? UNAUTHORIZED
}

/** @returns undefined where nobody is looking at a page. */
export function signInAnswer(exchange: Exchange, { sessions }: Site): Decision | undefined {
  if (!isNavigation(exchange)) return undefined
  const answer = sessions.signIn(hostOf(exchange), exchange.target, exchange.headers.cookie)
  return { kind: 'answer', answer }
}

export async function sessionHolds({ session: id }: Allowed, { sessions }: Site): Promise<boolean> {
  return id !== undefined && sessions.isThere(id)
}

const UNAUTHORIZED: Decision = {
  kind: 'challenge',
  status: 401,
  code: 'unauthorized',
  sentence: 'Sign in at this gateway in a browser first.',
  authenticate: 'Session realm="skillgate"',
}

/** Whether somebody opens a page. Older browsers say no more than that they would like one. */
function isNavigation({ method, headers, upgrade }: Exchange): boolean {
  if (method !== 'GET' || upgrade) return false
  const destination = headers['sec-fetch-dest']
  if (destination !== undefined) return destination === 'document' && headers['sec-fetch-mode'] === 'navigate'
  return headers.accept?.includes('text/html') ?? false
}
