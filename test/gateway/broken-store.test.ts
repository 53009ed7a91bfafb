import test from 'ava'
import { breakStore } from '../support/break-store.ts'
import { ISSUER, startTestHouse } from '../support/gateway.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

test('while the store is broken nobody hears that a token is bad, and afterwards all is as before', async (t) => {
  const house = await startTestHouse(t)
  const ask = (token: string, line = 'GET /any/x', more: string[] = []) =>
    exchangeRaw(house, rawRequest(line, [`Authorization: Bearer ${token}`, ...more]))
  const health = async () => (await exchangeRaw(house, rawRequest('GET /health'))).status
  const [remembered, fresh, unknown] = [await issueToken(house), await issueToken(house), 'u'.repeat(43)]
  t.is((await ask(remembered)).status, 404)
  t.is((await ask(unknown)).status, 401)
  t.is(await health(), 200)

  const mend = await breakStore(t, house)
  for (const token of [remembered, fresh, unknown]) {
    const { status, body, header } = await ask(token)
    t.deepEqual([status, JSON.parse(body).error], [503, 'store_unavailable'])
    t.deepEqual([header('www-authenticate'), header('retry-after')], [[], ['5']])
    t.notRegex(body, /sqlite|keyv|skillgate\.db/)
    t.is((await ask(token, 'GET /ws', UPGRADE)).status, 503)
  }
  t.is(house.music.requestCount, 1)
  t.is(await health(), 503)
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 404)
  t.is((await exchangeRaw(house, rawRequest('GET /any/x'))).status, 401)

  await mend()
  for (const token of [remembered, fresh]) t.is((await ask(token)).status, 404)
  t.is((await ask(unknown)).status, 401)
  t.is(await health(), 200)
})

test('a person gets a page when the store is broken', async (t) => {
  const house = await startTestHouse(t)
  await breakStore(t, house)
  const lines = [`Authorization: Bearer ${'u'.repeat(43)}`, 'Accept: text/html']
  const { status, body } = await exchangeRaw(house, rawRequest('GET /any/x', lines))
  t.is(status, 503)
  t.regex(body, /cannot reach its database right now/)
})

test('who may not come in hears why, in the form that OAuth clients know', async (t) => {
  const house = await startTestHouse(t)
  const challenge = async (lines: string[], line = 'POST /api') => {
    const { status, header, body } = await exchangeRaw(house, rawRequest(line, lines))
    return [status, header('www-authenticate').join('|'), body.startsWith('{') ? JSON.parse(body).error : 'page']
  }
  const bearer = (token: string) => `Authorization: Bearer ${token}`
  const unknown =
    'Bearer realm="skillgate", error="invalid_token", error_description="The access token is unknown, expired or revoked."'
  const metadata = (path: string) => `resource_metadata="${ISSUER}/.well-known/oauth-protected-resource${path}"`
  const nobody = `Bearer realm="skillgate", scope="music.control", ${metadata('/api')}`
  t.deepEqual(await challenge([]), [401, nobody, 'unauthorized'])
  t.deepEqual(await challenge(['Accept: text/html']), [401, nobody, 'page'])
  t.deepEqual(await challenge(['Authorization: Basic YTpi']), [401, nobody, 'unauthorized'])
  const unknownHere = `${unknown}, scope="music.control", ${metadata('/api')}`
  t.deepEqual(await challenge([bearer('u'.repeat(43))]), [401, unknownHere, 'invalid_token'])
  t.deepEqual(await challenge([bearer('short')]), [401, unknownHere, 'invalid_token'])
  t.deepEqual(await challenge([bearer('short'), ...UPGRADE], 'GET /ws'), [
    401,
    `${unknown}, ${metadata('/ws')}`,
    'invalid_token',
  ])
  t.deepEqual(await challenge([bearer(await issueToken(house, ['music.read']))]), [
    403,
    `Bearer realm="skillgate", error="insufficient_scope", error_description="This needs an access token with the scope music.control.", scope="music.read music.control", ${metadata('/api')}`,
    'insufficient_scope',
  ])
  const expired = await issueToken(house)
  t.is((await challenge([bearer(expired)]))[0], 400)
  house.advance(3_600_000)
  t.deepEqual(await challenge([bearer(expired)]), [401, unknownHere, 'invalid_token'])
})
