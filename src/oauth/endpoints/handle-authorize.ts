import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import {
  type AuthorizationRequest,
  checkAuthorizationRequest,
  checkRedirectTarget,
} from '../checks/check-authorization-request.ts'
import { Parameters } from '../checks/parameters.ts'
import { type ConsentRequest, showConsent } from '../consent.ts'
import { orExplain } from '../or-explain.ts'
import { orRedirectError } from '../redirect-answer.ts'

/** The authorization endpoint: shows who asks for what. @see RFC 6749 section 3.1 */
export async function handleAuthorize(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return orExplain(asked, 'link_does_not_work', async () => {
    const parameters = new Parameters(asked.query)
    const target = await checkRedirectTarget(server, parameters)
    // From here on the redirect URI is one of the client's own: errors go there.
    return orRedirectError(server, target, () => {
      const request = checkAuthorizationRequest(server, parameters, target)
      return showConsent(server, consentTo(request, asked.query), asked)
    })
  })
}

/** @param query of the authorization request, which travels with the form. */
export function consentTo(request: AuthorizationRequest, query: string): ConsentRequest {
  const { client, scopes, redirectUri, signInAgain } = request
  const encoded = Buffer.from(query).toString('base64url')
  return { client, scopes, redirectUri, signInAgain, kind: 'link', endpoint: 'approve', request: encoded }
}
