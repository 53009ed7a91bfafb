import { type Answer, seeOther } from '../http/answer.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { withParameters } from './checks/parameters.ts'
import type { RegisteredClient } from './clients/clients.ts'
import type { OAuthError } from './oauth-error.ts'

/** Where the outcome of an authorization request may be sent, also when it is an error. */
export interface RedirectTarget {
  client: RegisteredClient
  redirectUri: string
  /** The client's own, as a latin1 string of its bytes. */
  state?: string
}

/** @see RFC 6749 section 4.1.2, RFC 9207 section 2 */
export function redirectWithCode(
  { issuer }: Pick<AuthorizationServer, 'issuer'>,
  { redirectUri, state }: RedirectTarget,
  code: string,
  cookies: string[],
): Answer {
  return seeOther(withParameters(redirectUri, { code, state, iss: issuer }), { 'Set-Cookie': cookies })
}

/** @see RFC 6749 section 4.1.2.1, RFC 9207 section 2 */
export function redirectWithError(
  { issuer }: Pick<AuthorizationServer, 'issuer'>,
  { redirectUri, state }: RedirectTarget,
  { code, message, note }: OAuthError,
): Answer {
  const location = withParameters(redirectUri, { error: code, error_description: message, state, iss: issuer })
  return { ...seeOther(location), detail: note }
}
