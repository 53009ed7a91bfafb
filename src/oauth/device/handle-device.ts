import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { type DeviceCode, deviceCodePage, deviceDonePage } from '../../pages/device-pages.ts'
import { explainedPage } from '../../pages/explained-page.ts'
import { languageOf } from '../../pages/language.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { aboutForm, checkOwnForm, type OwnForm, refuseForeignForm } from '../checks/check-own-form.ts'
import { newCsrfToken } from '../checks/csrf.ts'
import { Parameters } from '../checks/parameters.ts'
import { readForm } from '../checks/read-form.ts'
import { type ConsentRequest, readDecision, showConsent } from '../consent.ts'
import { orExplain } from '../or-explain.ts'
import { type DeviceRequest, decide, findWaiting } from './device-requests.ts'
import { findByTypedCode } from './find-by-typed-code.ts'
import { readUserCode, showUserCode } from './user-code.ts'

/** It shows the page for the code, takes it, and takes the consent that is then asked for. */
const ENDPOINT = 'device'

/**
 * The verification URI. A code in it is only put into the form: whoever sent somebody that link gets nothing by it.
 * @see RFC 8628 sections 3.3.1 and 5.4
 */
export async function handleDevicePage(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return orExplain(asked, 'open_again', () => {
    const userCode = readUserCode(new Parameters(asked.query).getText('user_code'))
    return codePage(server, asked, { userCode: userCode && showUserCode(userCode) })
  })
}

/** Takes the two forms: the one with the code, and the one with the consent. @see RFC 8628 section 3.3 */
export async function handleDeviceForm(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return orExplain(asked, 'open_again', async () => {
    const form = await readForm(asked.headers, asked.readBody)
    const ours = await checkOwnForm(server, asked, form, ENDPOINT)
    if (!ours) return refuseForeignForm(asked, 'open_again')
    // The id of the device, which nobody can guess, and not its code: only the form for that counts guesses.
    const id = form.get('request')
    return id === undefined ? takeUserCode(server, asked, ours) : takeDecision(server, asked, ours, id)
  })
}

async function takeUserCode(server: AuthorizationServer, asked: EndpointRequest, { form }: OwnForm): Promise<Answer> {
  const typed = form.getText('user_code').trim()
  const userCode = readUserCode(typed)
  const found = userCode === undefined ? undefined : await findByTypedCode(server, userCode, asked.address)
  if (found && 'kind' in found) return codePage(server, asked, { userCode: typed, problem: found })
  const consent = found && (await consentTo(server, found))
  if (!consent) return codePage(server, asked, { userCode: typed, problem: { kind: 'unknown-code' } })
  return showConsent(server, consent, asked)
}

async function takeDecision(
  server: AuthorizationServer,
  asked: EndpointRequest,
  ours: OwnForm,
  id: string,
): Promise<Answer> {
  const waiting = await findWaiting(server, id)
  const consent = waiting && (await consentTo(server, waiting))
  if (!consent) return codeGone(asked)
  const outcome = await readDecision(server, consent, asked, ours)
  if (outcome.kind === 'page') return outcome.answer

  const approved = outcome.kind === 'approved'
  const headers = approved ? { 'Set-Cookie': outcome.cookies } : undefined
  if (!(await decide(server, id, approved ? outcome.user : undefined))) return codeGone(asked, headers)
  const language = languageOf(asked.headers['accept-language'])
  return deviceDonePage({ language, clientName: consent.client.name, approved }, headers)
}

/** @returns undefined where the client is no longer there. */
async function consentTo(
  { clients }: AuthorizationServer,
  { id, record }: DeviceRequest,
): Promise<ConsentRequest | undefined> {
  const client = await clients.find(record.client)
  return (
    client && { client, scopes: record.scopes, kind: 'device', endpoint: ENDPOINT, request: id, signInAgain: false }
  )
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
