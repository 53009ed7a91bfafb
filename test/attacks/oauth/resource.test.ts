import test from 'ava'
import { exactRequest } from '../../support/exact-request.ts'
import { ISSUER, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { approve, callApi, exchange, openAuthorize, refresh } from '../../support/linking.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'

async function callAny(house: TestHouse, token: unknown, path = '/any/x') {
  const { status, headers, text } = await exactRequest(house, { path, headers: { authorization: `Bearer ${token}` } })
  return { status, challenge: headers['www-authenticate'] ?? '', error: text.startsWith('{') && JSON.parse(text).error }
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
