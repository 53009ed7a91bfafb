import test from 'ava'
import { openClients } from '../../../src/oauth/clients/clients.ts'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { issueCode } from '../../../src/oauth/grants/issue-code.ts'
import { Browser } from '../../support/browser.ts'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from '../../support/grants.ts'
import { approve, callApi, exchange, openAuthorize } from '../../support/linking.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../../support/server.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE
const [redirectUri = ''] = CLIENT.redirect_uris
const REQUEST = { client: CLIENT, redirectUri, scopes: ['music.read'], signInAgain: false }

test('34. a code that was issued before the clock went back by 200 s is still redeemed once', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  house.advance(-200 * SECOND)
  const { status, json } = await exchange(house, code)
  t.is(status, 200)
  // Of the 500 s that the code is there for now, these are the ones after its usual 300.
  house.advance(301 * SECOND)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  t.is((await callApi(house, String(json.access_token))).status, 401, 'and its reuse is noticed')
  house.advance(198 * SECOND)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
})

test('34. a code that was issued before codes were given a shorter life is still redeemed once', async (t) => {
  const { server, store, advance } = await openServer(t)
  const code = await issueCode(server, REQUEST, USER)
  const short = { ...CLIENT, lifetimes: { ...CLIENT.lifetimes, code: 10 * SECOND } }
  const restarted = { ...server, clients: openClients([short], undefined) }
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
  t.is((await postForm(restarted, handleToken, form)).status, 200)
  for (const wait of [11 * SECOND, 288 * SECOND, SECOND]) {
    advance(wait)
    t.is((await postForm(restarted, handleToken, form)).json.error, 'invalid_grant')
  }
  t.deepEqual((await store.list('grant', '', undefined, 10)).entries, [], 'the first one ended, and there is no second')
})

test('34. a code that comes again after the clock went back by more than five minutes ends what it gave', async (t) => {
  for (const [back, lives] of [
    [5 * MINUTE, true],
    [5 * MINUTE + 1, false],
  ] as const) {
    const { server, store, advance } = await openServer(t)
    const code = await issueCode(server, REQUEST, USER)
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
    await postForm(server, handleToken, form)
    advance(-back)
    t.is((await postForm(server, handleToken, form)).json.error, 'invalid_grant')
    const { entries } = await store.list('grant', '', undefined, 10)
    t.is(entries.length === 1, lives, `${back} ms`)
  }
})

test('17. a session of the future is none: a copied cookie is not kept alive by the clock', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  await browser.submit(await openAuthorize(house, {}, browser), { username: ADA.name, password: ADA.password })
  const isSignedIn = async () => !(await openAuthorize(house, {}, browser)).text.includes('type="password"')
  house.advance(-5 * MINUTE)
  t.true(await isSignedIn(), 'a small step does no harm')
  house.advance(-1)
  t.false(await isSignedIn())
})

test('37. nobody is unlinked by the clock: a kept refresh token works wherever it is moved, and back again', async (t) => {
  const { server, store, advance } = await openServer(t)
  const { refresh, grant } = await issueTokens(server)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_CLIENT }
  for (const move of [-6 * MINUTE, -3650 * DAY, 3650 * DAY + 6 * MINUTE, 80 * DAY, -80 * DAY, -DAY, DAY]) {
    advance(move)
    const { status, json } = await postForm(server, handleToken, form)
    t.deepEqual([status, json.refresh_token], [200, refresh], `${move}`)
    t.truthy(await server.accessTokens.find(json.access_token))
  }
  t.truthy(await store.get('grant', grant))
})

test('37. a refresh token that was replaced while the clock was years behind is good when the clock is right', async (t) => {
  const { server, advance } = await openServer(t)
  const { refresh } = await issueTokens(server, PUBLIC_CLIENT)
  const next = async (refresh_token: string) => {
    return (await postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token, ...AS_PHONE })).json
  }
  advance(-3650 * DAY)
  const behind = await next(refresh)
  advance(3650 * DAY)
  t.regex((await next(behind.refresh_token)).refresh_token ?? '', /^[\w-]{43}$/)
})
