import type { Answer, EndpointRequest } from '../pages/answer.ts'
import { errorPage } from '../pages/error-page.ts'
import { signInPage } from '../pages/sign-in-page.ts'
import { type AuthorizationRequest, checkAuthorizationRequest, checkRedirectTarget } from './authorization-request.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { newCsrfToken } from './csrf.ts'
import { OAuthError } from './errors.ts'
import { Parameters } from './parameters.ts'
import { orRedirectError } from './redirect-answer.ts'

/** The authorization endpoint: shows who asks for what. @see RFC 6749 section 3.1 */
export async function handleAuthorize(
  server: AuthorizationServer,
  { query, headers }: EndpointRequest,
): Promise<Answer> {
  return orErrorPage(() => {
    const parameters = new Parameters(query)
    const target = checkRedirectTarget(server, parameters)
    // From here on the redirect URI is one of the client's own: errors go there.
    return orRedirectError(server, target, () => {
      const request = checkAuthorizationRequest(server, parameters, target)
      return showSignIn(server, request, { query, cookies: headers.cookie })
    })
  })
}

/** How the page was reached, and what went wrong on it. */
export interface SignInState {
  /** The query of the authorization request, which travels with the form. */
  query: string
  cookies: string | undefined
  error?: string
  name?: string
}

export function showSignIn(server: AuthorizationServer, request: AuthorizationRequest, state: SignInState): Answer {
  const { token, cookie } = newCsrfToken(server, state.cookies, state.query)
  const signIn = {
    clientName: request.client.name,
    host: new URL(server.issuer).host,
    permissions: request.scopes.map((scope) => server.scopes[scope] ?? scope),
    action: `${server.basePath}/approve`,
    request: Buffer.from(state.query).toString('base64url'),
    csrf: token,
    error: state.error,
    name: state.name,
  }
  return signInPage(signIn, { 'Set-Cookie': cookie })
}

/** Shows what must not be redirected. */
export async function orErrorPage(run: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const advice = [
      'Go back to the app that sent you here and start linking again.',
      'If it fails again, tell whoever runs this gateway what stands above: the app and gateway.yaml have to agree.',
    ]
    return {
      ...errorPage(error.status, 'This link does not work', [error.message, ...advice]),
      detail: error.note,
    }
  }
}
