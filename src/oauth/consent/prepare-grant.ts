import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { newGrantId } from '../grants/grants.ts'
import type { ConsentDecision } from './read-decision.ts'
import { type ConsentRequest, consentPage } from './show-consent.ts'
import { needsSignIn } from './sign-in.ts'

export interface Approved {
  consent: ConsentRequest
  request: EndpointRequest
  decision: Extract<ConsentDecision, { kind: 'approved' }>
  /** Until when what was approved may become a grant. Milliseconds since 1970. */
  until: number
}

export type PreparedGrant =
  /** `grant` is the id that the grant has to have, if something was made for it. */
  | { kind: 'prepared'; grant?: string }
  /** Nothing was linked: the page says why, and asks again. */
  | { kind: 'page'; answer: Answer }

/** Makes what the grant is to act with, where people have accounts at an upstream. */
export async function prepareGrant(
  server: AuthorizationServer,
  { consent, request, decision, until }: Approved,
): Promise<PreparedGrant> {
  const { grantTokens } = server
  if (!grantTokens || !decision.user.account) return { kind: 'prepared' }
  const { name: userName, id: userId } = decision.user
  const grant = newGrantId(server, userId)
  const { kind } = await grantTokens.mint({ grant, userName, userId, clientName: consent.client.name, until })
  if (kind === 'made') return { kind: 'prepared', grant }
  if (kind === 'none') return { kind: 'prepared' }

  const { cookies } = decision
  const session = await server.resourceOwners.findSession(signedInCookies(request, cookies))
  const again = kind === 'forgotten' || needsSignIn(consent, session, server.now())
  const problem = { kind: `account-${kind}` } as const
  const progress = again ? ({ state: 'password', cookies } as const) : ({ state: 'consent', session, cookies } as const)
  return { kind: 'page', answer: consentPage(server, consent, request.headers, { ...progress, problem }) }
}

/** What the browser sends from now on, as far as the session goes. @param cookies `Set-Cookie` headers, if it gets some. */
export function signedInCookies({ headers }: Pick<EndpointRequest, 'headers'>, cookies: string[]): string | undefined {
  if (cookies.length === 0) return headers.cookie
  return cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
}
