import { type Answer, type EndpointRequest, seeOther } from '../http/answer.ts'
import type { SignInOutcome } from '../oauth/resource-owners.ts'
import { type EnterPage, enterPage } from '../pages/enter-page.ts'
import { explainedPage } from '../pages/explained-page.ts'
import { languageOf } from '../pages/language.ts'
import type { AccountServer } from './account-server.ts'
import { type ReturnAddress, readReturnAddress } from './return-address.ts'

const ENDPOINT = 'enter'

/** The page to sign in on for what asks for it, from which one comes back to there. Whoever has signed in already goes on at once. */
export async function handleEnterPage(account: AccountServer, request: EndpointRequest): Promise<Answer> {
  const address = readReturnAddress(request.query, account)
  if (!address) return lost(request)
  const session = await account.resourceOwners.findSession(request.headers.cookie)
  if (session) return goOn(account, address, session)
  return showPage(account, request, { query: request.query, to: address.to, state: 'password' })
}

/** Takes the form of that page. */
export async function handleEnterForm(account: AccountServer, request: EndpointRequest): Promise<Answer> {
  const form = await account.forms.read(request)
  const query = Buffer.from(form.get('request') ?? '', 'base64url').toString()
  const address = readReturnAddress(query, account)
  const ownForm = await account.forms.check(request, form, ENDPOINT)
  if (!address) return lost(request)
  const outcome = await account.forms.signIn(request, ownForm)
  if (outcome?.kind === 'signed-in') {
    const session = await account.resourceOwners.findSession(outcome.cookies[0]?.split(';', 1)[0])
    if (session) return goOn(account, address, session, outcome.cookies)
  }
  const isSecond = form.get('otp') !== undefined
  const name = form.getText('username').trim()
  return showPage(account, request, { query, to: address.to, name, ...afterTry(outcome, isSecond) })
}

/** To another host goes a ticket, for which that one gives the browser a cookie of its own. */
async function goOn(
  { issuer, arrivalPath, visits }: AccountServer,
  { to, state }: ReturnAddress,
  session: { id: string },
  cookies: string[] = [],
): Promise<Answer> {
  if (to.origin === issuer || state === undefined) return seeOther(to.href, { 'Set-Cookie': cookies })
  const ticket = await visits.giveTicket(session, to, state)
  return seeOther(`${to.origin}${arrivalPath}?ticket=${ticket}`, { 'Set-Cookie': cookies })
}

type Progress = Pick<EnterPage, 'state' | 'problem'> & { cookies?: string[] }

/** What is asked for next. */
function afterTry(outcome: SignInOutcome | undefined, isSecond: boolean): Progress {
  const same = isSecond ? 'second-factor' : 'password'
  const cookies = outcome && 'known' in outcome && outcome.known !== undefined ? [outcome.known] : []
  switch (outcome?.kind) {
    case 'second-factor':
      return { state: 'second-factor', cookies: [...cookies, outcome.cookie] }
    case 'wrong':
      return { state: same, problem: { kind: isSecond ? 'wrong-code' : 'wrong-password' }, cookies }
    case 'wait':
      return { state: same, problem: { kind: 'wait', seconds: outcome.seconds }, cookies }
    case 'wrong-unlock-code':
      return { state: same, problem: { kind: 'wrong-unlock-code' }, cookies }
    case 'expired':
      return { state: 'password', problem: { kind: 'expired' }, cookies }
    default:
      return { state: 'password' }
  }
}

function showPage(
  { forms, issuer, basePath }: AccountServer,
  { headers }: EndpointRequest,
  { query, to, cookies = [], ...shown }: Progress & { query: string; to: URL; name?: string },
): Answer {
  const request = Buffer.from(query).toString('base64url')
  const csrf = forms.token(headers.cookie, ENDPOINT, request)
  const page: EnterPage = {
    ...{ language: languageOf(headers['accept-language']), host: new URL(issuer).host, destination: to.host },
    ...{ action: `${basePath}/${ENDPOINT}`, request, csrf: csrf.token },
    ...shown,
  }
  return enterPage(page, { 'Set-Cookie': [csrf.cookie, ...cookies] })
}

/** The link leads nowhere that is ours. */
function lost({ headers }: EndpointRequest): Answer {
  return { ...explainedPage('open_again', { status: 400, accepted: headers['accept-language'] }), detail: 'return' }
}
