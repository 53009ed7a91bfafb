import { type CallGateway, type GatewayAnswer, inWords, jsonOf } from './call-gateway.ts'
import { readForm } from './read-form.ts'
import type { TellTrial } from './trial.ts'

/** Alexa gives up on the token endpoint after so long. */
const TOKEN_TIMEOUT_MS = 4500
/** Seconds; Alexa takes no token that lives shorter. */
const LIFE_MINIMUM = 360

/** By the page's status. */
const WHY_AGAIN: Record<number, string> = {
  429: 'too many sign-ins have failed, so that no password is taken for a while. "skillgate user unlock NAME" ends that',
  503: 'Music Assistant, which knows the password, cannot be asked. Is it running?',
}

export interface LinkOptions {
  /** The path of the endpoints. */
  basePath: string
  client: { id: string; secret: string; redirectUri: string; scopes: string[] }
  user: { name: string; password: string }
  /** Something that must come back as it was. */
  state: string
}

export interface Linked {
  access: string
  refresh: string
}

/** Links as Alexa and a browser do together, and refreshes. @returns undefined where it got no tokens. */
export async function playLinking(
  call: CallGateway,
  options: LinkOptions,
  tell: TellTrial,
): Promise<Linked | undefined> {
  const code = await authorize(call, options, tell)
  if (code === undefined) return undefined
  const { client } = options
  const granted = await askToken(call, options, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
  })
  tell({ name: 'the code is exchanged', ...judgeTokens(granted) })
  const { access_token: access, refresh_token: refresh } = jsonOf(granted)
  if (typeof access !== 'string' || typeof refresh !== 'string') return undefined
  const refreshed = await askToken(call, options, { grant_type: 'refresh_token', refresh_token: refresh })
  tell({ name: 'the token is refreshed', ...judgeTokens(refreshed) })
  const again = await askToken(call, options, { grant_type: 'refresh_token', refresh_token: refresh })
  tell({ name: 'the same refresh token once more, as Alexa does', ...judgeTokens(again) })
  const twice = await askToken(call, options, {
    grant_type: 'refresh_token',
    refresh_token: `${refresh.slice(0, -1)}!`,
  })
  const ok = twice.status === 400 && jsonOf(twice).error === 'invalid_grant'
  tell({ name: 'a refresh token that nobody gave out', expected: '400 invalid_grant', came: inWords(twice), ok })
  return { access: String(jsonOf(refreshed).access_token ?? access), refresh }
}

/** @returns the code. */
async function authorize(
  call: CallGateway,
  { basePath, client, user, state }: LinkOptions,
  tell: TellTrial,
): Promise<string | undefined> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.id, redirect_uri: client.redirectUri },
    ...{ scope: client.scopes.join(' '), state },
  })
  const page = await call({ path: `${basePath}/authorize?${query}`, headers: { Accept: 'text/html' } })
  const form = readForm(page)
  tell({
    name: 'the page to link is opened',
    expected: '200, a form',
    came: `${page.status}${form ? ', a form' : ''}`,
    ok: page.status === 200 && form !== undefined,
  })
  if (!form) return undefined
  const body = new URLSearchParams({
    ...form.hidden,
    username: user.name,
    password: user.password,
    decision: 'approve',
  })
  const approved = await call({
    ...{ method: 'POST', path: form.action, body: body.toString() },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', Cookie: form.cookies },
  })
  const location = URL.parse(String(approved.headers.location ?? ''))
  const code = location?.searchParams.get('code') ?? undefined
  const isSame = location?.searchParams.get('state') === state && location.href.startsWith(client.redirectUri)
  const came = location
    ? `${approved.status} to ${location.origin}${location.pathname}, ${code ? 'a code' : location.searchParams.get('error')}, ${isSame ? 'the' : 'another'} state`
    : `${approved.status}, the page again: ${WHY_AGAIN[approved.status] ?? 'is the password right, and is no second factor asked for?'}`
  const ok = approved.status === 303 && code !== undefined && isSame
  tell({
    name: `${user.name} signs in and approves`,
    expected: `303 to ${client.redirectUri}, a code, the state`,
    came,
    ok,
  })
  return ok ? code : undefined
}

function askToken(
  call: CallGateway,
  { basePath, client }: LinkOptions,
  form: Record<string, string>,
): Promise<GatewayAnswer> {
  const basic = Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')
  return call({
    ...{ method: 'POST', path: `${basePath}/token`, body: new URLSearchParams(form).toString() },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${basic}` },
  })
}

function judgeTokens(answer: GatewayAnswer): { expected: string; came: string; ok: boolean } {
  const { access_token, token_type, expires_in } = jsonOf(answer)
  const seconds = (answer.tookMs / 1000).toFixed(1)
  const ok =
    answer.status === 200 &&
    typeof access_token === 'string' &&
    String(token_type).toLowerCase() === 'bearer' &&
    Number(expires_in) >= LIFE_MINIMUM &&
    answer.tookMs < TOKEN_TIMEOUT_MS
  const came = answer.status === 200 ? `200, ${token_type}, ${expires_in} s, after ${seconds} s` : inWords(answer)
  return { expected: `200, Bearer, ${LIFE_MINIMUM} s or more, within ${TOKEN_TIMEOUT_MS / 1000} s`, came, ok }
}

/** Whether a link is over. */
export async function playEnded(
  call: CallGateway,
  options: LinkOptions,
  { refresh }: Linked,
  tell: TellTrial,
): Promise<void> {
  const answer = await askToken(call, options, { grant_type: 'refresh_token', refresh_token: refresh })
  const ok = answer.status === 400 && jsonOf(answer).error === 'invalid_grant'
  tell({ name: 'its tokens are good no more', expected: '400 invalid_grant', came: inWords(answer), ok })
}

/** Ends a link that the simulator itself has made. */
export async function endLink(
  call: CallGateway,
  { basePath, client }: LinkOptions,
  { refresh }: Linked,
): Promise<void> {
  const form = { token: refresh, client_id: client.id, client_secret: client.secret }
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  await call({ method: 'POST', path: `${basePath}/revoke`, body: new URLSearchParams(form).toString(), headers })
}
