import { join } from 'node:path'
import test from 'ava'
import { loadConfig } from '../../src/config/load.ts'
import { Browser } from '../support/browser.ts'
import { ADA, JAPAN, startTestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST, approve, exchange, openAuthorize } from '../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const REDIRECT_URIS = [
  'https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2',
  'https://layla.amazon.com/api/skill/link/MKXZK47785HJ2',
  'https://alexa.amazon.co.jp/api/skill/link/MKXZK47785HJ2',
]

function shippedConfig() {
  return loadConfig(join(import.meta.dirname, '../../gateway.yaml'), {})
}

test('the shipped gateway.yaml has Alexa with its three redirect URIs, and its scopes', (t) => {
  const { oauth } = shippedConfig()
  const alexa = oauth.clients.find(({ id }) => id === 'amazon-alexa')
  t.deepEqual(alexa?.redirect_uris, REDIRECT_URIS)
  t.deepEqual(alexa?.scopes, ['music.read', 'music.control', 'user:read'])
  t.false(alexa?.public)
  t.deepEqual(Object.keys(oauth.scopes), ['music.read', 'music.control', 'user:read'])
  t.deepEqual(oauth.default_scopes, ['music.read', 'music.control'])
  t.is(oauth.base_path, '/alexa')
})

test('linking works through each redirect URI of the shipped gateway.yaml, and ends at the same one', async (t) => {
  const { oauth } = shippedConfig()
  const house = await startTestHouse(t, (values) => {
    values.oauth.clients[0]!.redirect_uris = oauth.clients[0]!.redirect_uris
  })
  for (const redirect_uri of REDIRECT_URIS) {
    const browser = new Browser(house)
    const { location } = await browser.submit(await openAuthorize(house, { redirect_uri }, browser), TYPED)
    t.true(location.startsWith(`${redirect_uri}?code=`), location)
    const code = new URL(location).searchParams.get('code')
    t.is((await exchange(house, code, { redirect_uri })).status, 200)
  }
  const old = 'https://pitangui.amazon.com/auth/o2/callback'
  t.is((await openAuthorize(house, { redirect_uri: old })).status, 400, 'the URI that Amazon never sends')
})

test('GET /alexa/authorize shows the consent page, whose form goes to POST /alexa/approve', async (t) => {
  const house = await startTestHouse(t)
  const page = await openAuthorize(house)
  t.is(page.status, 200)
  t.is(page.headers['content-type'], 'text/html; charset=utf-8')
  t.is(page.action, '/alexa/approve')
})

test('without a scope the client gets music.read and music.control', async (t) => {
  const house = await startTestHouse(t)
  for (const scope of [undefined, '']) {
    const { json } = await exchange(house, (await approve(house, { scope })).get('code'))
    t.is(json.scope, 'music.read music.control')
  }
  const { text } = await openAuthorize(house, { scope: undefined })
  t.true(text.includes('See your music') && text.includes('Play and pause'))
  t.false(text.includes('See your name'))
})

test('each scope can be asked for alone, all of them together, and one of them twice', async (t) => {
  const house = await startTestHouse(t)
  const scopes = [
    'music.read',
    'music.control',
    'user:read',
    'user:read music.read music.control',
    'user:read user:read',
  ]
  for (const scope of scopes) {
    const { json } = await exchange(house, (await approve(house, { scope })).get('code'))
    t.is(json.scope, [...new Set(scope.split(' '))].join(' '))
  }
})

test('a state of 22 characters or more is echoed, and so is a shorter one, as Alexa was seen sending', async (t) => {
  const house = await startTestHouse(t)
  for (const state of ['0123456789012345678901', 'x'.repeat(500), 'A1b2C3d4E5f6G7', 'x']) {
    t.is((await approve(house, { state })).get('state'), state)
  }
  t.is((await approve(house, { state: undefined })).get('state'), null)
})

test('POST /alexa/approve redirects with code and state, or with error=access_denied and state', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const approved = await browser.submit(page, TYPED)
  t.is(approved.status, 303)
  t.true(approved.location.startsWith(`${JAPAN}?`))
  const given = new URL(approved.location).searchParams
  t.regex(given.get('code') ?? '', /^[A-Za-z0-9_-]{43}$/)
  t.is(given.get('state'), ALEXA_REQUEST.state)

  const denied = await browser.submit(page, {}, 'deny')
  t.is(denied.status, 303)
  t.true(denied.location.startsWith(`${JAPAN}?`))
  const refusal = new URL(denied.location).searchParams
  t.is(refusal.get('error'), 'access_denied')
  t.is(refusal.get('state'), ALEXA_REQUEST.state)
  t.is(refusal.get('code'), null)
})

test('every error after the redirect URI was checked is redirected with error, error_description and state', async (t) => {
  const house = await startTestHouse(t)
  const wrong: [parameters: Record<string, string | undefined>, error: string][] = [
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'everything' }, 'invalid_scope'],
    [{ scope: 'openid offline_access' }, 'invalid_scope'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    [{ code_challenge: 'A'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
  ]
  for (const [parameters, error] of wrong) {
    const { status, location } = await openAuthorize(house, parameters)
    t.is(status, 303)
    t.true(location.startsWith(`${JAPAN}?`), location)
    const given = new URL(location).searchParams
    t.is(given.get('error'), error, JSON.stringify(parameters))
    t.regex(given.get('error_description') ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    t.is(given.get('state'), ALEXA_REQUEST.state)
  }
})

test('a client_id that is unknown or missing, or a redirect URI that is, gets a page with status 400', async (t) => {
  const house = await startTestHouse(t)
  const wrong: Record<string, string | undefined>[] = [
    { client_id: 'nobody' },
    { client_id: undefined },
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: undefined },
    { client_id: 'nobody', redirect_uri: 'https://evil.example/', response_type: 'token' },
  ]
  for (const parameters of wrong) {
    const { status, headers, text } = await openAuthorize(house, parameters)
    t.is(status, 400, JSON.stringify(parameters))
    t.is(headers.location, undefined)
    t.is(headers['content-type'], 'text/html; charset=utf-8')
    t.regex(text, /<h1>/)
  }
})
