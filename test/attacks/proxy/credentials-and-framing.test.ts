import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

test('14. two Host headers are refused, and a host in mixed case gets the same policy', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  for (const second of ['localhost', 'evil.example'])
    for (const upgrade of [[], UPGRADE]) {
      const { status } = await exchangeRaw(house, rawRequest('GET /open/x', [`Host: ${second}`, ...upgrade]))
      t.is(status, 400)
    }
  t.is(house.music.requestCount, 0)
  const mixed = (lines: string[]) =>
    rawRequest('GET /any/x', lines).replace('Host: localhost', 'hOST: DEV.JasonHollis.COM')
  t.is((await exchangeRaw(house, mixed([]))).status, 401)
  t.is(house.music.requestCount, 0)
  t.is((await exchangeRaw(house, mixed([bearer]))).status, 404)
  t.is(house.music.requestCount, 1)
})

test('15. two Authorization headers are refused, whichever of them is good', async (t) => {
  const house = await startTestHouse(t)
  const good = `Authorization: Bearer ${await issueToken(house)}`
  const bad = 'authorization: Bearer of-bad-news'
  for (const lines of [
    [good, bad],
    [bad, good],
    [good, good],
    [good, ...UPGRADE, bad],
  ])
    t.is((await exchangeRaw(house, rawRequest(`GET /${lines.length > 2 ? 'ws' : 'any/x'}`, lines))).status, 400)
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', [bad, 'authorization_: x']))).status, 401)
  t.is(house.music.requestCount, 0)
})

test("16. a health checker's User-Agent opens nothing", async (t) => {
  const house = await startTestHouse(t)
  for (const agent of ['ELB-HealthChecker/2.0', 'GoogleHC/1.0', 'kube-probe/1.33', 'Consul Health Check', 'skillgate'])
    for (const upgrade of [[], UPGRADE]) {
      const target = upgrade.length > 0 ? '/ws' : '/any/x'
      const { status } = await exchangeRaw(house, rawRequest(`GET ${target}`, [`User-Agent: ${agent}`, ...upgrade]))
      t.is(status, 401)
    }
  t.is(house.music.requestCount, 0)
})

test('18. a token that was good where one scope is needed is refused where another is', async (t) => {
  const house = await startTestHouse(t, ({ routes }) => {
    routes[4]!.scopes = ['music.read']
  })
  const reader = `Authorization: Bearer ${await issueToken(house, ['music.read'])}`
  const controller = `Authorization: Bearer ${await issueToken(house, ['music.control'])}`
  const post = (lines: string[]) => exchangeRaw(house, rawRequest('POST /api', ['Content-Length: 0', ...lines]))
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', [reader]))).status, 404)
  const refused = await post([reader])
  t.is(refused.status, 403)
  t.is(JSON.parse(refused.body).error, 'insufficient_scope')
  t.regex(
    refused.header('www-authenticate')[0] ?? '',
    /^Bearer .*error="insufficient_scope".* scope="music\.read music\.control", resource_metadata="[^"]+\/api"$/,
  )
  t.is(house.music.requestCount, 1)
  t.is((await post([controller])).status, 400)
  t.is(house.music.requestCount, 2)
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', [controller]))).status, 403)
  t.is(house.music.requestCount, 2)
})

test('19. a token in the query or in a form is not read', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const form = `access_token=${token}`
  const typed = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`]
  for (const request of [
    rawRequest(`GET /any/x?access_token=${token}`),
    rawRequest(`GET /ws?access_token=${token}`, UPGRADE),
    rawRequest('POST /any/x', typed, form),
    rawRequest('GET /any/x', [`Cookie: access_token=${token}`]),
    rawRequest('GET /any/x', [`Access-Token: ${token}`, `X-Access-Token: ${token}`]),
    rawRequest('GET /any/x', [`Proxy-Authorization: Bearer ${token}`]),
    rawRequest('GET /any/x', [`Authorization: Basic ${Buffer.from(`${token}:`).toString('base64')}`]),
    rawRequest('GET /any/x', [`Authorization: ${token}`]),
    rawRequest('GET /any/x', [`Authorization: Bearer ${token}, Bearer x`]),
  ])
    t.is((await exchangeRaw(house, request)).status, 401, request)
  t.is(house.music.requestCount, 0)
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', [`authorization: bearer ${token}`]))).status, 404)
})

test('20. what is framed in two ways is refused, and a hidden request never becomes one', async (t) => {
  const house = await startTestHouse(t)
  const hidden = rawRequest('GET /any/hidden', [`Authorization: Bearer ${await issueToken(house)}`])
  const chunked = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
  for (const framing of [
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', `Content-Length: ${chunked.length}`],
    ['Content-Length: 0', `Content-Length: ${hidden.length}`],
  ])
    for (const method of ['POST', 'DELETE', 'OPTIONS', 'GET']) {
      const client = await openRaw(house)
      t.is((await client.send(rawRequest(`${method} /open/x`, framing, chunked)).answer()).status, 400)
      await client.closed
      t.is(client.received, '')
    }
  t.is(house.music.requestCount, 0)

  for (const [index, method] of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].entries())
    for (const [line, body] of [
      ['Transfer-Encoding: chunked', chunked],
      [`Content-Length: ${hidden.length}`, hidden],
    ] as const) {
      const client = await openRaw(house)
      const next = rawRequest('GET /open/next', ['Connection: close'])
      client.send(rawRequest(`${method} /open/x${index}`, [line], body) + next)
      t.is((await client.answer()).status, 404)
      t.is((await client.answer()).status, 404)
      await client.closed
      t.is(client.received, '')
      const seen = house.music.requests.map(({ method, url, body }) => `${method} ${url} ${body}`)
      t.deepEqual(seen.sort(), [`${method} /open/x${index} ${hidden}`, 'GET /open/next '].sort())
      house.music.clearRequests()
    }
})
