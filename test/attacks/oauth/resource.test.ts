import test from 'ava'
import { exactRequest, FORM } from '../../support/exact-request.ts'
import { ISSUER, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { alexaCredentials, approve, callApi, exchange, openAuthorize, refresh } from '../../support/linking.ts'
import { asMusicAssistant, openMusicClient } from '../../support/music-client.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'

async function callAny(house: TestHouse, token: unknown, path = '/any/x') {
  const { status, headers, text } = await exactRequest(house, { path, headers: { authorization: `Bearer ${token}` } })
  return { status, challenge: headers['www-authenticate'] ?? '', error: text.startsWith('{') && JSON.parse(text).error }
}

async function introspect(house: TestHouse, token: unknown) {
  const body = new URLSearchParams({ token: String(token), ...alexaCredentials(house) }).toString()
  const { text } = await exactRequest(house, { method: 'POST', path: '/alexa/introspect', headers: FORM, body })
  return { body: JSON.parse(text) }
}

test('18. a token for one resource is 401 invalid_token at another, also where its scopes would do', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house, { resource: `${ISSUER}/api` })).get('code')
  const { json } = await exchange(house, code)
  t.is((await callApi(house, String(json.access_token))).status, 200)
  const requests = house.music.requestCount
  const { status, error, challenge } = await callAny(house, json.access_token)
  t.is(status, 401)
  t.is(error, 'invalid_token')
  t.true(challenge.includes(`resource_metadata="${ISSUER}/.well-known/oauth-protected-resource/any/x"`), challenge)
  const upgrade = rawRequest('GET /ws', [`Authorization: Bearer ${json.access_token}`, ...UPGRADE])
  t.is((await exchangeRaw(house, upgrade)).status, 401)
  t.is((await callAny(house, json.access_token, '/alexa/userinfo')).status, 401)
  t.is(house.music.requestCount, requests, 'nothing of it reached the upstream')

  t.is((await callApi(house, String((await refresh(house, json.refresh_token)).json.access_token))).status, 200)
  for (const resource of [`${ISSUER}/any`, ISSUER]) {
    t.is((await refresh(house, json.refresh_token, { resource })).json.error, 'invalid_target')
  }
})

test('18. a token that a refresh has narrowed to one resource is good there alone', async (t) => {
  const house = await startTestHouse(t)
  const { json } = await exchange(house, (await approve(house)).get('code'))
  const narrowed = await refresh(house, json.refresh_token, { resource: `${ISSUER}/any` })
  t.is((await callAny(house, narrowed.json.access_token)).status, 404, 'Music Assistant has no such path')
  t.is((await callAny(house, narrowed.json.access_token, '/any')).status, 404)
  const refused = await callApi(house, String(narrowed.json.access_token))
  t.is(refused.status, 401)
  t.is(refused.json.error, 'invalid_token')
  t.is((await callApi(house, String(json.access_token))).status, 200, 'the wide one goes on')
})

test('32. a resource may be there more than once, and one that is not served here is invalid_target', async (t) => {
  const house = await startTestHouse(t)
  const two = `resource=${encodeURIComponent(`${ISSUER}/api`)}&resource=${encodeURIComponent(`${ISSUER}/any`)}`
  const page = await openAuthorize(house)
  const query = Buffer.from(page.hidden.request?.split('.')[0] ?? '', 'base64url').toString()
  t.is((await exactRequest(house, { path: `/alexa/authorize?${query}&${two}` })).status, 200)
  const { status, location } = await openAuthorize(house, { resource: 'https://evil.example/' })
  t.is(status, 303)
  t.is(new URL(location).searchParams.get('error'), 'invalid_target')
  t.false(location.includes('evil'))
})

test('18. a token for a path of a route is good for that route and 401 at every other one, over WebSockets and in a first message too', async (t) => {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    const socket = { upstream: 'music-assistant-open', auth: 'bearer', websocket: true }
    config.routes.push({ path: '/sockets/*', ...socket } as never, { path: '/sockets/guarded/*', ...socket } as never)
  })
  const resource = `${ISSUER}/sockets/one`
  const token = (await exchange(house, (await approve(house, { resource })).get('code'))).json.access_token
  const open = async (path: string) =>
    (await exchangeRaw(house, rawRequest(`GET ${path}`, [`Authorization: Bearer ${token}`, ...UPGRADE]))).status
  for (const path of ['/sockets/one', '/sockets/%6fne/', '/sockets/one/below', '/sockets/', '/sockets/two'])
    t.is(await open(path), 404, path)
  for (const path of ['/sockets/guarded/', '/sockets/%67uarded/one', '/ws']) t.is(await open(path), 401, path)
  const client = await openMusicClient(t, house)
  await client.next()
  t.like(await client.ask('auth', { token: String(token) }), { error_code: 23 })
})

test('18. whatever spelling of a resource a token was asked for, it is good for that alone', async (t) => {
  const house = await startTestHouse(t)
  const { host } = new URL(ISSUER)
  for (const resource of [`https://${host.toUpperCase()}:443/api/`, `${ISSUER}/%61pi`, `${ISSUER}/api/`]) {
    const { json } = await exchange(house, (await approve(house, { resource })).get('code'))
    t.is((await callApi(house, String(json.access_token))).status, 200, resource)
    t.is((await callAny(house, json.access_token)).status, 401, resource)
    const { body } = await introspect(house, json.access_token)
    t.deepEqual(body.aud, [`${ISSUER}/api`])
  }
})

test('18. what is not one clear URL of a resource is invalid_target at the authorization and the token endpoint', async (t) => {
  const house = await startTestHouse(t)
  const { json } = await exchange(house, (await approve(house)).get('code'))
  for (const resource of [
    `${ISSUER}/any/../api`,
    `${ISSUER}/any/%2e%2e/api`,
    `${ISSUER}/any//x`,
    `${ISSUER}/api?x=y`,
    `${ISSUER}/api#x`,
    `${ISSUER.replace('//', '//ada@')}/api`,
    `${ISSUER}/open/x`,
    `${ISSUER}/nothing`,
    `${ISSUER.replace('https', 'http')}/api`,
  ]) {
    const { location } = await openAuthorize(house, { resource })
    t.is(new URL(location).searchParams.get('error'), 'invalid_target', resource)
    t.is((await refresh(house, json.refresh_token, { resource })).json.error, 'invalid_target', resource)
  }
})
