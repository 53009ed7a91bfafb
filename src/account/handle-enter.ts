import { type Answer, type EndpointRequest, seeOther } from '../http/answer.ts'
import { type EnterPage, enterPage } from '../pages/enter-page.ts'
import { explainedPage } from '../pages/explained-page.ts'
import { languageOf } from '../pages/language.ts'
import type { AccountServer, TriedSignIn } from './account-server.ts'
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
  const state = form.get('otp') === undefined ? 'password' : 'second-factor'
  const tried = await account.forms.signIn(request, ownForm, state)
  if (tried?.outcome.kind === 'signed-in') return goOn(account, address, tried.outcome.session, tried.cookies)
  const name = form.getText('username').trim()
  const answer = showPage(account, request, { query, to: address.to, name, ...tried, state: stateAfter(tried, state) })
  return tried?.outcome.kind === 'unreachable' ? { ...answer, detail: tried.outcome.detail } : answer
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

type State = EnterPage['state']

/** What is asked for next. */
function stateAfter(tried: TriedSignIn | undefined, state: State): State {
  if (tried === undefined || tried.outcome.kind === 'expired') return 'password'
  return tried.outcome.kind === 'second-factor' ? 'second-factor' : state
}

interface Shown extends Pick<EnterPage, 'state' | 'problem' | 'name'> {
  query: string
  to: URL
  cookies?: string[]
}

function showPage(
  { forms, issuer, basePath, accounts }: AccountServer,
  { headers }: EndpointRequest,
  { query, to, cookies = [], state, problem, name }: Shown,
): Answer {
  const request = Buffer.from(query).toString('base64url')
  const csrf = forms.token(headers.cookie, ENDPOINT, request)
  const page: EnterPage = {
    ...{ language: languageOf(headers['accept-language']), host: new URL(issuer).host, destination: to.host },
    ...{ action: `${basePath}/${ENDPOINT}`, request, csrf: csrf.token },
    ...{ state, problem, name, accounts },
  }
  return enterPage(page, { 'Set-Cookie': [csrf.cookie, ...cookies] })
}

/** The link leads nowhere that is ours. */
function lost({ headers }: EndpointRequest): Answer {
  return { ...explainedPage('open_again', { status: 400, accepted: headers['accept-language'] }), detail: 'return' }
}
