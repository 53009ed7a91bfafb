import test from 'ava'
import { Browser } from '../support/browser.ts'
import { ADA, ISSUER, JAPAN, startTestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST, callApi, exchange, link, openAuthorize, refresh } from '../support/linking.ts'

test('an account is linked, Music Assistant is called, the token refreshed, and Music Assistant called again', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)

  const page = await openAuthorize(house, {}, browser)
  t.is(page.status, 200)
  t.regex(page.text, /Amazon Alexa/)
  t.regex(page.text, /Play and pause/)
  t.notRegex(page.text, /See your music/)

  const sentOn = await browser.submit(page, { username: 'Ada', password: ADA.password })
  t.is(sentOn.status, 303)
  const target = new URL(sentOn.location)
  t.is(target.origin + target.pathname, JAPAN)
  t.is(target.searchParams.get('state'), ALEXA_REQUEST.state)
  t.is(target.searchParams.get('iss'), ISSUER)

  const tokens = await exchange(house, target.searchParams.get('code'))
  t.is(tokens.status, 200)
  t.is(tokens.headers['cache-control'], 'no-store')
  t.is(tokens.headers.pragma, 'no-cache')
  const { access_token, refresh_token, ...rest } = tokens.json
  t.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'music.control user:read' })
  t.regex(String(access_token), /^[\w-]{43}$/)
  t.regex(String(refresh_token), /^[\w-]{43}$/)

  const call = await callApi(house, String(access_token))
  t.is(call.status, 200)
  t.true(Array.isArray(call.json))
  const seen = house.music.lastRequest!
  t.deepEqual(seen.header('x-remote-user-name'), ['ada'])
  t.deepEqual(seen.header('x-remote-user-display-name'), ['Ada Lovelace'])
  t.deepEqual(seen.header('x-auth-client-id'), ['amazon-alexa'])
  t.deepEqual(seen.header('x-auth-scopes'), ['music.control user:read'])
  t.regex(seen.header('x-remote-user-id')[0] ?? '', /^[0-9a-f]{24}$/)
  t.notRegex(seen.rawHeaders.join(' '), new RegExp(String(access_token)))

  house.advance(3600_000)
  t.is((await callApi(house, String(access_token))).status, 401)
  const refreshed = await refresh(house, refresh_token)
  t.is(refreshed.status, 200)
  t.is(refreshed.json.refresh_token, refresh_token)
  t.not(refreshed.json.access_token, access_token)
  t.is((await callApi(house, String(refreshed.json.access_token))).status, 200)
})

test('linking twice gives two links that live side by side', async (t) => {
  const house = await startTestHouse(t)
  const first = await link(house)
  const second = await link(house)
  t.is((await callApi(house, first.access)).status, 200)
  t.is((await callApi(house, second.access)).status, 200)
  t.is((await refresh(house, first.refresh)).status, 200)
})
