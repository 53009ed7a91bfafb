import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { type AuthorizationRequest, checkAuthorizationRequest } from '../checks/check-authorization-request.ts'
import { checkOwnForm, type OwnForm } from '../checks/check-own-form.ts'
import { readForm } from '../checks/read-form.ts'
import { prepareGrant, signedInCookies } from '../consent/prepare-grant.ts'
import type { Pressed } from '../consent/presses.ts'
import { readDecision } from '../consent/read-decision.ts'
import { type ConsentRequest, consentToLink, newPage, readFormRequest, showConsent } from '../consent/show-consent.ts'
import { deny } from '../deny.ts'
import { issueCode, noteSentAgain } from '../grants/issue-code.ts'
import { linkAttempt } from '../link-attempt.ts'
import { redirectWithCode } from '../redirect-with-code.ts'
import type { Known } from './known.ts'

/** Takes the form of the consent page. What it approves is checked as if it came for the first time. */
export async function handleApprove(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const form = await readForm(request)
  const { query, shown, name, page } = readFormRequest(form.require('request'))
  known.attempt = linkAttempt(query)
  const ownForm = await checkOwnForm(server, request, form, 'approve')
  const asked = await checkAuthorizationRequest(server, { query, address: request.address, pressed: true }, known)
  if (asked.silent) throw deny('prompt-none')
  const authorization = { ...asked, scopes: asked.scopes.filter((scope) => shown?.includes(scope) ?? true) }
  if (authorization.scopes.length === 0) throw deny('scope-withdrawn')
  // The document says something else than the page did: nobody approves what they weren't shown.
  const isRenamed = name !== undefined && name !== authorization.client.name
  if (isRenamed && form.get('decision') === 'approve')
    return showConsent(server, consentToLink(authorization, query, newPage(server)), request)
  const consent = consentToLink(authorization, query, page)
  const press = { endpoint: 'approve', headers: request.headers, form }
  return server.pressOnce(press, () => decide(server, request, ownForm, { authorization, consent }))
}

async function decide(
  server: AuthorizationServer,
  request: EndpointRequest,
  ownForm: OwnForm,
  { authorization, consent }: { authorization: AuthorizationRequest; consent: ConsentRequest },
): Promise<Pressed> {
  const decision = await readDecision(server, consent, request, ownForm)
  if (decision.kind === 'page') return { answer: decision.answer, ...(decision.signedIn && { again: {} }) }
  if (decision.kind === 'denied') throw deny('person-denied')
  // Whoever has signed out meanwhile, or has been switched off, is taken no further by what they pressed before.
  const cookies = signedInCookies(request, decision.cookies)
  const isSignedIn = async () => (await server.resourceOwners.findSession(cookies)) !== undefined
  const forMs = authorization.client.lifetimes.code
  const prepared = await prepareGrant(server, { consent, request, decision, until: server.now() + forMs })
  if (prepared.kind === 'page') return { answer: prepared.answer }
  const code = await issueCode(server, authorization, decision.user, { ...prepared, attempt: consent.attempt })
  const answer = redirectWithCode(server, authorization, code, decision.cookies)
  return { answer, again: { forMs, renew: async () => (await isSignedIn()) && noteSentAgain(server, code) } }
}
