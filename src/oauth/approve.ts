import type { Answer, EndpointRequest } from '../pages/answer.ts'
import { checkAuthorizationRequest, checkRedirectTarget } from './authorization-request.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { consentTo } from './authorize.ts'
import { issueCode } from './codes.ts'
import { readDecision } from './consent.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form.ts'
import { orExplain } from './or-explain.ts'
import { checkOwnForm, refuseForeignForm } from './own-form.ts'
import { Parameters } from './parameters.ts'
import { orRedirectError, redirectWithCode } from './redirect-answer.ts'

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
