import test from 'ava'
import { hashSecret } from '../../src/secrets/secret.ts'
import { exactRequest, FORM } from '../support/exact-request.ts'
import { ISSUER, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'

const API_SECRET = "the resource server's own secret"

/** A house with a resource server, whose secret the configuration has as a hash. */
const startHouse = (t: Parameters<typeof startTestHouse>[0]) =>
  startTestHouse(t, ({ oauth }) => {
    const api = { id: 'music-api', name: 'Music API', secret: { hash: hashSecret(API_SECRET) }, resource_server: true }
    oauth.clients.push(api as never)
  })

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

async function post(house: TestHouse, endpoint: string, form: Record<string, string>, headers = {}) {
  const body = new URLSearchParams(form).toString()
  const path = `/alexa/${endpoint}`
  const answer = await exactRequest(house, { method: 'POST', path, headers: { ...FORM, ...headers }, body })
  return { ...answer, json: JSON.parse(answer.text) }
}

test('a resource server whose secret is configured as a hash introspects, by Basic and by the body', async (t) => {
  const house = await startHouse(t)
  const { access } = await link(house)
  const inBody = { client_id: 'music-api', client_secret: API_SECRET }
  for (const answer of [
    await post(house, 'introspect', { token: access }, basic('music-api', API_SECRET)),
    await post(house, 'introspect', { token: access, ...inBody }),
  ]) {
    t.is(answer.status, 200)
    t.is(answer.headers['content-type'], 'application/json')
    t.is(answer.headers['cache-control'], 'no-store')
    t.like(answer.json, {
      active: true,
      token_type: 'Bearer',
      client_id: 'amazon-alexa',
      username: 'ada',
      scope: 'music.control user:read',
      aud: [ISSUER],
      iss: ISSUER,
    })
  }
  t.is((await post(house, 'introspect', { token: access }, basic('music-api', hashSecret(API_SECRET)))).status, 401)
})

test('a resource server gets no code and no tokens of its own', async (t) => {
  const house = await startHouse(t)
  const query = `client_id=music-api&response_type=code&redirect_uri=${encodeURIComponent('https://x.example/')}`
  const page = await exactRequest(house, { path: `/alexa/authorize?${query}` })
  t.deepEqual([page.status, page.headers.location], [400, undefined])
  for (const grant_type of ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']) {
    const { json } = await post(house, 'token', { grant_type }, basic('music-api', API_SECRET))
    t.is(json.error, 'unauthorized_client', grant_type)
  }
})

test('revoking a refresh token unlinks at once, also for who introspects', async (t) => {
  const house = await startHouse(t)
  const tokens = await link(house)
  t.is((await callApi(house, tokens.access)).status, 200)
  const header = basic('amazon-alexa', house.secrets.alexa)
  const revoked = await post(house, 'revoke', { token: tokens.refresh, token_type_hint: 'access_token' }, header)
  t.is(revoked.status, 200)
  t.is(revoked.headers['cache-control'], 'no-store')
  t.is((await callApi(house, tokens.access)).status, 401)
  t.is((await refresh(house, tokens.refresh)).json.error, 'invalid_grant')
  const { json } = await post(house, 'introspect', { token: tokens.access }, basic('music-api', API_SECRET))
  t.deepEqual(json, { active: false })
})

for (const endpoint of ['revoke', 'introspect']) {
  test(`42. anything but POST at ${endpoint} is 405, and what stands in the query is not read`, async (t) => {
    const house = await startHouse(t)
    const { access } = await link(house)
    const credentials = `client_id=music-api&client_secret=${encodeURIComponent(API_SECRET)}`
    const path = `/alexa/${endpoint}?token=${access}&${credentials}`
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      t.is((await exactRequest(house, { method, path })).status, 405, method)
    }
    const { status, text } = await exactRequest(house, { method: 'POST', path, headers: FORM, body: '' })
    t.deepEqual([status, JSON.parse(text).error], [401, 'invalid_client'])
    t.is((await callApi(house, access)).status, 200)
  })

  test(`43. a body that is no form, has a parameter twice or none at ${endpoint} gets a clear 4xx`, async (t) => {
    const house = await startHouse(t)
    const header = basic('amazon-alexa', house.secrets.alexa)
    const send = async (body: string, headers: Record<string, string>) => {
      const path = `/alexa/${endpoint}`
      const answer = await exactRequest(house, { method: 'POST', path, headers: { ...header, ...headers }, body })
      t.is(answer.headers['cache-control'], 'no-store')
      return [answer.status, JSON.parse(answer.text).error]
    }
    const json = { 'content-type': 'application/json' }
    t.deepEqual(await send('{"token":"x"}', json), [400, 'invalid_request'])
    t.deepEqual(await send('token=x', {}), [400, 'invalid_request'])
    t.deepEqual(await send('token=x&token=y', FORM), [400, 'invalid_request'])
    t.deepEqual(await send('a=1&a=2&token=x', FORM), [400, 'invalid_request'])
    t.deepEqual(await send('', FORM), [400, 'invalid_request'])
    t.deepEqual(await send('token=', FORM), [400, 'invalid_request'])
    t.deepEqual(await send('token=x', { ...FORM, 'content-encoding': 'gzip' }), [415, 'unsupported_body'])
    t.deepEqual(await send(`token=${'x'.repeat(40_000)}`, FORM), [413, 'body_too_large'])
  })
}

test('a client that is refused is noted with its address and its id, and no secret', async (t) => {
  const house = await startHouse(t)
  const refusals = [
    await post(house, 'token', { grant_type: 'refresh_token' }, basic('music-api', 'guess-guess')),
    await post(house, 'revoke', { token: 'x' }, basic('nobody', 'guess-guess')),
    await post(house, 'introspect', { token: 'x', client_id: house.secrets.alexa, client_secret: 'guess-guess' }),
  ]
  for (const { status, json } of refusals) t.deepEqual([status, json.error], [401, 'invalid_client'])
  t.deepEqual(
    house.events().flatMap(({ event, address, detail }) => (event === 'client_refused' ? [[address, detail]] : [])),
    [
      ['127.0.0.1', 'wrong secret for client music-api'],
      ['127.0.0.1', 'unknown client "nobody"'],
      ['127.0.0.1', 'unknown client, whose client_id looks like a secret'],
    ],
  )
})
