import type { Answer, EndpointRequest } from '../pages/answer.ts'
import { errorPage } from '../pages/error-page.ts'
import { checkAuthorizationRequest, checkRedirectTarget } from './authorization-request.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { orErrorPage, showSignIn } from './authorize.ts'
import { issueCode } from './codes.ts'
import { checkCsrf } from './csrf.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form.ts'
import { Parameters } from './parameters.ts'
import { orRedirectError, redirectWithCode } from './redirect-answer.ts'

/** Takes the form of the consent page. What it approves is checked as if it came for the first time. */
export async function handleApprove(
  server: AuthorizationServer,
  { headers, readBody }: EndpointRequest,
): Promise<Answer> {
  return orErrorPage(async () => {
    const form = await readForm(headers, readBody)
    const query = Buffer.from(form.require('request'), 'base64url').toString()
    if (!checkCsrf(headers.cookie, query, form.get('csrf') ?? '')) return notFromOurPage()

    const parameters = new Parameters(query)
    const target = checkRedirectTarget(server, parameters)
    // From here on the redirect URI is one of the client's own: errors go there.
    return orRedirectError(server, target, async () => {
      const request = checkAuthorizationRequest(server, parameters, target)
      if (form.get('decision') !== 'approve') throw new OAuthError('access_denied', 'The request was denied.')

      const name = form.getText('username').trim()
      const user = await server.verifyPassword(name, form.getText('password'))
      if (!user) {
        const again = showSignIn(server, request, {
          query,
          cookies: headers.cookie,
          name,
          error: 'The name or the password is not right. Try again.',
        })
        return { ...again, detail: 'sign-in failed: wrong name or password' }
      }
      return redirectWithCode(server, target, await issueCode(server, request, user))
    })
  })
}

function notFromOurPage(): Answer {
  const sentences = [
    'The page that you came from is too old, was opened in another browser, or cookies are switched off.',
    'Go back to the app that sent you here and start linking again.',
  ]
  return { ...errorPage(403, 'Please start again', sentences), detail: 'CSRF token missing or not of this browser' }
}
