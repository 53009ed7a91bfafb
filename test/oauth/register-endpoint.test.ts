import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Agent, fetch } from 'undici'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'

const METADATA = { redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none' }

const enable = (config: { oauth: object }) => Object.assign(config.oauth, { registration: { enabled: true } })

async function ask(
  { port, ca }: TestHouse,
  path: string,
  init: { method?: string; token?: string; body?: string } = {},
) {
  const { method, token, body } = init
  const response = await fetch(`https://localhost:${port}${path}`, {
    method,
    body,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    dispatcher: new Agent({ connect: { ca } }),
  })
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  const json: any = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, json }
}

const register = (house: TestHouse, token?: string, body = JSON.stringify(METADATA)) =>
  ask(house, '/alexa/register', { method: 'POST', token, body })

const initialToken = (house: TestHouse) => readFileSync(join(house.folder, 'data', 'registration.token'), 'utf8').trim()

test('nobody can register unless that is enabled or allowed for a while, is told so, and the metadata names no such endpoint', async (t) => {
  const house = await startTestHouse(t)
  const { status, json } = await register(house)
  t.deepEqual([status, json.error], [403, 'registration_closed'])
  t.regex(json.error_description, /^No client may register here now\. .*: skillgate client allow --for 10m$/)
  t.is((await register(house, 'a token')).status, 403)
  t.false('registration_endpoint' in (await ask(house, '/.well-known/oauth-authorization-server')).json)
})

test('where it is enabled, whoever has the token that the first start made can register for the default scopes', async (t) => {
  const house = await startTestHouse(t, enable)
  t.is(statSync(join(house.folder, 'data', 'registration.token')).mode & 0o777, 0o600)
  // A client that sees where it could register tries only that, and has no token.
  t.false('registration_endpoint' in (await ask(house, '/.well-known/oauth-authorization-server')).json)
  const refused = await register(house)
  t.is(refused.status, 401)
  t.regex(refused.json.error_description, /needs the initial access token .*: skillgate client allow --for 10m$/)
  t.is((await ask(house, '/alexa/register')).status, 405)

  const { status, json } = await register(house, initialToken(house))
  t.is(status, 201)
  t.is(json.scope, 'music.read music.control')
  const page = await ask(house, `/alexa/authorize?client_id=${json.client_id}&response_type=code`)
  t.is(page.status, 400, 'a redirect URI is needed')
})

test('a registration may have 32 KiB, and no more', async (t) => {
  const house = await startTestHouse(t, enable)
  const body = (length: number) =>
    JSON.stringify({ ...METADATA, x: 'x'.repeat(length - JSON.stringify(METADATA).length - 7) })
  t.is(body(32 * 1024).length, 32 * 1024)
  t.is((await register(house, initialToken(house), body(32 * 1024))).status, 201)
  t.is((await register(house, initialToken(house), body(32 * 1024 + 1))).status, 413)
})

test('the initial access token and the secrets that it leads to are in no log and no audit file', async (t) => {
  const house = await startTestHouse(t, enable)
  const token = initialToken(house)
  const { json } = await register(house, token, JSON.stringify({ redirect_uris: METADATA.redirect_uris }))
  await register(house, `${token}x`)
  await register(house, token, '{}')
  await house.logged('invalid_redirect_uri')
  const written = house.log.join('') + JSON.stringify(house.events())
  t.true(written.includes('client_registered'))
  for (const secret of [token, json.client_secret]) t.false(written.includes(secret))
})
