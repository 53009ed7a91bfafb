import { type Answer, seeOther } from '../http/answer.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import type { RedirectTarget } from './checks/check-authorization-request.ts'
import { withParameters } from './checks/parameters.ts'
import { OAuthError } from './oauth-error.ts'

/** @see RFC 6749 section 4.1.2, RFC 9207 section 2 */
export function redirectWithCode(
  server: AuthorizationServer,
  { redirectUri, state }: RedirectTarget,
  code: string,
  cookies: string[],
): Answer {
  return seeOther(withParameters(redirectUri, { code, state, iss: server.issuer }), { 'Set-Cookie': cookies })
}

/** Runs what may fail once the redirect target is trusted: a refusal of OAuth's then goes there. @see section 4.1.2.1 */
export async function orRedirectError(
  server: AuthorizationServer,
  { redirectUri, state }: RedirectTarget,
  run: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { code, message, note } = error
    const location = withParameters(redirectUri, { error: code, error_description: message, state, iss: server.issuer })
    return { ...seeOther(location), detail: note }
  }
}
