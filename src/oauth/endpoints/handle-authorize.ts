import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkAuthorizationRequest } from '../checks/check-authorization-request.ts'
import { checkOpenedFromElsewhere } from '../checks/check-navigation.ts'
import { refuseSilent } from '../consent/refuse-silent.ts'
import { consentToLink, newPage, showConsent } from '../consent/show-consent.ts'
import { requirePossibleClock } from '../grants/find-unless-in-doubt.ts'
import { linkAttempt } from '../link-attempt.ts'
import type { Known } from './known.ts'

/** The authorization endpoint: shows who asks for what. @see RFC 6749 section 3.1 */
export async function handleAuthorize(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const { query, address } = request
  known.attempt = linkAttempt(query)
  checkOpenedFromElsewhere(request)
  requirePossibleClock(server)
  const authorization = await checkAuthorizationRequest(server, request, known)
  await refuseSilent(server, authorization, request)
  const page = await showConsent(server, consentToLink(authorization, query, newPage(server)), request)
  const { client, scopes, leftOut = [] } = authorization
  const detail = leftOut.length === 0 ? undefined : `asked besides for ${JSON.stringify(leftOut.join(' '))}`
  server.audit({ event: 'link_opened', address, client: client.id, scopes, attempt: known.attempt, detail })
  return page
}
