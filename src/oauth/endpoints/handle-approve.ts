import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkAuthorizationRequest, checkRedirectTarget } from '../checks/check-authorization-request.ts'
import { checkOwnForm, refuseForeignForm } from '../checks/check-own-form.ts'
import { Parameters } from '../checks/parameters.ts'
import { readForm } from '../checks/read-form.ts'
import { readDecision } from '../consent.ts'
import { issueCode } from '../grants/codes.ts'
import { OAuthError } from '../oauth-error.ts'
import { orExplain } from '../or-explain.ts'
import { orRedirectError, redirectWithCode } from '../redirect-answer.ts'
import { consentTo } from './handle-authorize.ts'

/** Takes the form of the consent page. What it approves is checked as if it came for the first time. */
export async function handleApprove(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return orExplain(asked, 'link_does_not_work', async () => {
    const form = await readForm(asked.headers, asked.readBody)
    const query = Buffer.from(form.require('request'), 'base64url').toString()
    const ours = await checkOwnForm(server, asked, form, 'approve')
    if (!ours) return refuseForeignForm(asked, 'start_again')

    const parameters = new Parameters(query)
    const target = await checkRedirectTarget(server, parameters)
    // From here on the redirect URI is one of the client's own: errors go there.
    return orRedirectError(server, target, async () => {
      const request = checkAuthorizationRequest(server, parameters, target)
      const decision = await readDecision(server, consentTo(request, query), asked, ours)
      if (decision.kind === 'page') return decision.answer
      if (decision.kind === 'denied') throw new OAuthError('access_denied', 'The request was denied.')
      const code = await issueCode(server, request, decision.user)
      return redirectWithCode(server, target, code, decision.cookies)
    })
  })
}
