import { inspect } from 'node:util'
import type { ExecutionContext } from 'ava'
import { request } from 'undici'
import { Browser } from '../support/browser.ts'
import { ADA } from '../support/gateway.ts'
import { type ClientId, type InteropHouse, SCOPES } from './house.ts'

/** What a library got. */
export interface Tokens {
  access: string
  refresh: string
  scope?: string
}

/** A client made of somebody else's library, each method in that library's own words. */
export interface Library {
  /** Where it sends its user. */
  authorizationUrl: () => Promise<string>
  /** @param callback the URL that its user came back to. */
  exchange: (callback: string) => Promise<Tokens>
  refresh: (tokens: Tokens) => Promise<Tokens>
  revoke?: (token: string, hint: TokenHint) => Promise<unknown>
  introspect?: (token: string) => Promise<object>
  userinfo?: (tokens: Tokens) => Promise<object>
  /** Calls Music Assistant, if the library has a way. @returns the status. */
  callApi?: (tokens: Tokens) => Promise<number>
}

export type TokenHint = 'access_token' | 'refresh_token'

/** How a client links. */
export interface Way {
  client: ClientId
  pkce: boolean
}

/** All ways that a client may link in: one without a secret has to use PKCE. */
export const WAYS: Record<string, Way> = {
  'HTTP Basic and PKCE': { client: 'basic', pkce: true },
  'HTTP Basic, without PKCE': { client: 'basic', pkce: false },
  'credentials in the body and PKCE': { client: 'post', pkce: true },
  'credentials in the body, without PKCE': { client: 'post', pkce: false },
  'PKCE and no secret': { client: 'native', pkce: true },
}

/** Ada signs in where the client sent her. @returns where she is sent back to. */
export async function signIn(house: InteropHouse, url: string, decision?: 'approve' | 'deny'): Promise<string> {
  const { origin, pathname, search } = new URL(url)
  if (origin !== house.issuer) throw new Error(`${url} is not at ${house.issuer}`)
  const browser = new Browser(house)
  const page = await browser.open(pathname + search)
  const typed = { username: ADA.name, password: ADA.password }
  const { status, location, text } = await browser.submit(page, typed, decision)
  if (status !== 303) throw new Error(`signing in was answered ${status}: ${text}`)
  return location
}

/** Links, calls, refreshes, looks at tokens and gives them back, as far as the library can. */
export async function showLinking(
  t: ExecutionContext,
  house: InteropHouse,
  library: Library,
  { client, pkce }: Way,
): Promise<void> {
  const url = await library.authorizationUrl()
  const asked = new URL(url).searchParams
  t.is(asked.get('client_id'), client)
  t.is(asked.get('code_challenge_method'), pkce ? 'S256' : null)
  t.true((asked.get('state') ?? '').length >= 20)

  const callback = await signIn(house, url)
  const first = await library.exchange(callback)
  t.is(first.scope ?? SCOPES.join(' '), SCOPES.join(' '))
  t.is(await callApi(house, library, first), 200)

  const refreshed = await library.refresh(first)
  t.not(refreshed.access, first.access)
  // The successor of a public client's refresh token replaces it.
  t.is(refreshed.refresh === first.refresh, client !== 'native')
  t.is(await callApi(house, library, refreshed), 200)

  await showTokens(t, library, refreshed, client)
  await showRevocation(t, house, library, [first, refreshed])
}

async function showTokens(t: ExecutionContext, library: Library, tokens: Tokens, client: ClientId): Promise<void> {
  const person = await library.userinfo?.(tokens)
  if (person) t.like(person, { name: ADA.displayName, preferred_username: ADA.name })
  // Only a client that proves who it is may ask.
  if (client === 'native' || !library.introspect) return
  const known = { active: true, client_id: client, username: ADA.name, scope: SCOPES.join(' ') }
  t.like(await library.introspect(tokens.access), { ...known, token_type: 'Bearer' })
  t.like(await library.introspect(tokens.refresh), known)
  t.deepEqual(await library.introspect('x'.repeat(43)), { active: false })
}

/** An access token goes alone, a refresh token with all that came from its grant. */
async function showRevocation(
  t: ExecutionContext,
  house: InteropHouse,
  library: Library,
  [first, refreshed]: [Tokens, Tokens],
): Promise<void> {
  if (!library.revoke) return
  await library.revoke(first.access, 'access_token')
  t.is(await callApi(house, library, first), 401)
  t.is(await callApi(house, library, refreshed), 200)
  await library.revoke(refreshed.refresh, 'refresh_token')
  t.is(await callApi(house, library, refreshed), 401)
  t.regex(await failure(library.refresh(refreshed)), /invalid_grant/)
  // Whoever asks for what is done already isn't told so. @see RFC 7009 section 2.2
  await t.notThrowsAsync(library.revoke(refreshed.refresh, 'refresh_token'))
}

/** How the libraries call it. */
const WRONG_STATE = /MismatchingState|"state" (response )?parameter|authorization request state|state is of another/

/** A library takes nothing for a link that isn't one, and says what was wrong. */
export async function showRefusals(t: ExecutionContext, house: InteropHouse, open: () => Library): Promise<void> {
  const denied = open()
  const back = await signIn(house, await denied.authorizationUrl(), 'deny')
  t.regex(await failure(denied.exchange(back)), /access_denied|The request was denied/)

  const confused = open()
  const callback = new URL(await signIn(house, await confused.authorizationUrl()))
  const stateOfAnother = new URL(callback)
  stateOfAnother.searchParams.set('state', 'of-another-browser')
  t.regex(await failure(confused.exchange(stateOfAnother.href)), WRONG_STATE)

  const library = open()
  const once = await signIn(house, await library.authorizationUrl())
  const tokens = await library.exchange(once)
  t.regex(await failure(library.exchange(once)), /invalid_grant|Unable to verify authorization request state/)
  t.regex(await failure(library.refresh({ ...tokens, refresh: 'x'.repeat(43) })), /invalid_grant/)
}

/** What a library says of its failure, with all that it keeps of the answer. */
export async function failure(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    (value) => `it did not fail: ${inspect(value)}`,
    (error) => inspect(error, { depth: 8 }),
  )
}

/** Calls Music Assistant, in the library's words where it has some. @returns the status. */
export async function callApi(house: InteropHouse, library: Pick<Library, 'callApi'>, tokens: Tokens): Promise<number> {
  return library.callApi ? library.callApi(tokens) : callWithout(house, tokens.access)
}

/** For libraries that end where the token begins. */
async function callWithout({ issuer, ...house }: InteropHouse, accessToken: string): Promise<number> {
  const { statusCode, body } = await request(`${issuer}/api`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: API_CALL,
    dispatcher: new Browser(house).dispatcher,
  })
  await body.dump()
  return statusCode
}

/** What Music Assistant is asked. */
export const API_CALL = JSON.stringify({ command: 'players/all' })
