import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { type DeviceCode, deviceCodePage, deviceDonePage } from '../../pages/device-pages.ts'
import { explainedPage } from '../../pages/explained-page.ts'
import { languageOf } from '../../pages/language.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkOpenedFromElsewhere, checkPressed } from '../checks/check-navigation.ts'
import { aboutForm, checkOwnForm, type OwnForm } from '../checks/check-own-form.ts'
import { newCsrfToken } from '../checks/csrf-token.ts'
import { Parameters } from '../checks/parameters.ts'
import { readForm } from '../checks/read-form.ts'
import { stillAllowed } from '../checks/still-allowed.ts'
import { prepareGrant } from '../consent/prepare-grant.ts'
import type { Pressed } from '../consent/presses.ts'
import { readDecision } from '../consent/read-decision.ts'
import { type ConsentRequest, showConsent } from '../consent/show-consent.ts'
import { clientOf, type DeviceRequest, findWaiting, writeDecision } from './device-requests.ts'
import { findByTypedCode } from './find-by-typed-code.ts'
import { readUserCode, showUserCode } from './user-code.ts'

/** It shows the page for the code, takes it, and takes the consent that is then asked for. */
const ENDPOINT = 'device'

/**
 * The verification URI. A code in it is only put into the form: whoever sent somebody that link gets nothing by it.
 * @see RFC 8628 sections 3.3.1 and 5.4
 */
export function handleDevicePage(server: AuthorizationServer, request: EndpointRequest): Answer {
  checkOpenedFromElsewhere(request)
  const userCode = readUserCode(new Parameters(request.query).getText('user_code'))
  return codePage(server, request, { userCode: userCode && showUserCode(userCode) })
}

/** Takes the two forms: the one with the code, and the one with the consent. @see RFC 8628 section 3.3 */
export async function handleDeviceForm(server: AuthorizationServer, request: EndpointRequest): Promise<Answer> {
  const form = await readForm(request)
  const ownForm = await checkOwnForm(server, request, form, ENDPOINT)
  const shown = form.get('request')
  // No password manager sends the form of the code by itself.
  if (shown === undefined) checkPressed(request)
  if (shown === undefined) return takeUserCode(server, request, ownForm)
  const press = { endpoint: ENDPOINT, headers: request.headers, form }
  return server.pressOnce(press, () => takeDecision(server, request, ownForm, shown))
}

async function takeUserCode(server: AuthorizationServer, request: EndpointRequest, { form }: OwnForm): Promise<Answer> {
  const typed = form.getText('user_code').trim()
  const userCode = readUserCode(typed)
  const found = userCode === undefined ? undefined : await findByTypedCode(server, userCode, request.address)
  if (found && 'kind' in found) return codePage(server, request, { userCode: typed, problem: found })
  const consent = found && (await consentTo(server, found))
  if (!consent) return codePage(server, request, { userCode: typed, problem: { kind: 'unknown-code' } })
  return showConsent(server, consent, request)
}

async function takeDecision(
  server: AuthorizationServer,
  request: EndpointRequest,
  ownForm: OwnForm,
  shown: string,
): Promise<Pressed> {
  const { id, scopes } = readFormRequest(shown)
  const waiting = await findWaiting(server, id)
  const consent = waiting && (await consentTo(server, waiting, scopes))
  if (!consent) return { answer: codeGone(request) }
  const decision = await readDecision(server, consent, request, ownForm)
  if (decision.kind === 'page') return { answer: decision.answer, ...(decision.signedIn && { again: {} }) }

  const approved = decision.kind === 'approved'
  const headers = approved ? { 'Set-Cookie': decision.cookies } : undefined
  const until = waiting.record.expiresAt
  const prepared = approved ? await prepareGrant(server, { consent, request, decision, until }) : undefined
  if (prepared?.kind === 'page') return { answer: prepared.answer }
  const { client } = consent
  const approval = approved ? { by: decision.user, client, scopes: consent.scopes, grant: prepared?.grant } : undefined
  if (!(await writeDecision(server, id, approval))) return { answer: codeGone(request, headers) }
  const language = languageOf(request.headers['accept-language'])
  return { answer: deviceDonePage({ language, clientName: client.name, approved }, headers), again: {} }
}

/**
 * @param shown the scopes that the page showed, once there was one.
 * @returns undefined where the client is no longer there, or may have nothing any more of what it asked for.
 */
async function consentTo(
  server: AuthorizationServer,
  { id, record }: DeviceRequest,
  shown?: string[],
): Promise<ConsentRequest | undefined> {
  const client = await clientOf(server, record)
  const allowed = client ? stillAllowed(record.scopes, client) : []
  const scopes = allowed.filter((scope) => shown?.includes(scope) ?? true)
  if (!client || scopes.length === 0) return undefined
  return { client, scopes, kind: 'device', endpoint: ENDPOINT, request: formRequest(id, scopes), signInAgain: false }
}

/**
 * The id of the device, which nobody can guess, and not its code: only the form for that counts guesses. And what somebody
 * is asked to allow, for a reload may change that meanwhile.
 */
function formRequest(id: string, scopes: string[]): string {
  return `${id}.${Buffer.from(scopes.join(' ')).toString('base64url')}`
}

/** @returns `scopes` undefined for a page of an earlier release. */
function readFormRequest(request: string): { id: string; scopes: string[] | undefined } {
  const [id = '', scopes] = request.split('.')
  return { id, scopes: scopes === undefined ? undefined : Buffer.from(scopes, 'base64url').toString().split(' ') }
}

function codePage(
  server: AuthorizationServer,
  { headers }: EndpointRequest,
  state: Pick<DeviceCode, 'userCode' | 'problem'>,
): Answer {
  const csrf = newCsrfToken(server, headers.cookie, aboutForm(ENDPOINT, '', undefined))
  const fields = { action: `${server.basePath}/${ENDPOINT}`, request: '', csrf: csrf.token }
  const language = languageOf(headers['accept-language'])
  const host = new URL(server.issuer).host
  return deviceCodePage({ ...fields, language, host, ...state }, { 'Set-Cookie': csrf.cookie })
}

/** The code was good when it was typed, and is no longer. */
function codeGone({ headers }: EndpointRequest, sent?: Answer['headers']): Answer {
  const page = explainedPage('device_code_gone', { status: 400, accepted: headers['accept-language'], headers: sent })
  return { ...page, detail: 'device code expired, or answered for' }
}
