import test, { type ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'

/** Who refused it: this gateway, Node's parser before it, or what decides about upgrades. */
type Code = 'ambiguous_request' | 'malformed_request' | 'upgrade_not_allowed'

async function refused(t: ExecutionContext, house: TestHouse, request: string, code: Code = 'ambiguous_request') {
  const before = house.music.requestCount
  const client = await openRaw(house)
  const head = request.startsWith('HEAD ')
  const { status, body, header } = await client.send(request).answer({ head })
  t.deepEqual([status, head ? code : JSON.parse(body).error], [400, code], request.slice(0, 300))
  t.deepEqual(header('connection'), ['close'])
  await client.closed
  t.is(client.received, '')
  t.is(house.music.requestCount, before, request.slice(0, 300))
}

/** @returns what arrived at the upstream. */
async function passed(t: ExecutionContext, house: TestHouse, request: string) {
  house.music.clearRequests()
  const { status, interim } = await exchangeRaw(house, request)
  t.is(status, 404, request.slice(0, 300))
  t.is(house.music.requests.length, 1)
  return { ...house.music.lastRequest!, header: (name: string) => house.music.lastRequest!.header(name), interim }
}

const FIVE = '5\r\nhello\r\n0\r\n\r\n'

test('a body that is framed in more than one way is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const headers of [
    ['Transfer-Encoding: identity, chunked'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding: "chunked"'],
    ['Transfer_Encoding: chunked'],
    ['Transfer.Encoding: chunked'],
    ['Content_Length: 5'],
    ['Content.Length: 5', 'Content-Length: 5'],
    ['Content-Length: 005'],
  ])
    await refused(t, house, rawRequest('POST /open/x', headers, headers[0]?.includes('chunked') ? FIVE : 'hello'))
  for (const method of ['GET', 'HEAD']) {
    await refused(t, house, rawRequest(`${method} /open/x`, ['Content-Length: 5'], 'hello'))
    await refused(t, house, rawRequest(`${method} /open/x`, ['Transfer-Encoding: chunked'], FIVE))
  }
  for (const version of ['1.0', '0.9'])
    await refused(
      t,
      house,
      rawRequest('POST /open/x', ['Transfer-Encoding: chunked'], FIVE).replace('HTTP/1.1', `HTTP/${version}`),
    )
})

test("Node's parser refuses the framing that it can't read", async (t) => {
  const house = await startTestHouse(t)
  for (const headers of [
    ['Transfer-Encoding: '],
    ['Transfer-Encoding: chunked, identity'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked, chunked'],
    ['Transfer-Encoding : chunked'],
    ['Transfer-Encoding:\x0bchunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 5'],
    ['Content-Length: 5', 'Content-Length: 5'],
    ['Content-Length: +5'],
    ['Content-Length: -5'],
    ['Content-Length: 0x5'],
    ['Content-Length: 5, 5'],
    ['Content-Length: '],
    ['Content-Length: 99999999999999999999'],
  ])
    await refused(t, house, rawRequest('POST /open/x', headers, FIVE), 'malformed_request')
})

test('a body that is framed in one way arrives whole', async (t) => {
  const house = await startTestHouse(t)
  for (const [method, headers, body, whole] of [
    ['POST', ['Transfer-Encoding: chunked'], FIVE, 'hello'],
    ['POST', ['transfer-encoding: Chunked'], '2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-Late: 1\r\n\r\n', 'hello'],
    ['DELETE', ['Transfer-Encoding: chunked'], FIVE, 'hello'],
    ['PUT', ['Content-Length: 5'], 'hello', 'hello'],
    ['POST', ['Content-Length: 0'], '', ''],
    ['GET', ['Content-Length: 0'], '', ''],
    ['POST', [], '', ''],
    ['GET', ['X_Custom: 1', 'Content_Type: a'], '', ''],
  ] as const) {
    const seen = await passed(t, house, rawRequest(`${method} /open/x`, [...headers], body))
    t.like(seen, { method, url: '/open/x', body: whole })
  }
})

test('a request that does not name one host is refused', async (t) => {
  const house = await startTestHouse(t)
  const withHost = (host: string) => `GET /open/x HTTP/1.1\r\n${host}\r\n\r\n`
  for (const host of [
    'Host: localhost\r\nHost: localhost',
    'Host: localhost\r\nhost: evil.example',
    'Host: ',
    'Host: good.example:443@evil.example',
    'Host: a b',
    'Host: a,b',
    'Host: good.example/evil',
    'Host: localhost:',
    'Host: localhost:1234567',
    'Host: localhost:http',
    'Host: [::1',
    'Host: localhost#',
    'Host: localhost\r\nH_ost: x\r\nContent_Length: 1',
  ])
    await refused(t, house, withHost(host))
  // Node asks for a host itself, and only of HTTP/1.1.
  await refused(t, house, 'GET /open/x HTTP/1.0\r\nX: y\r\n\r\n')
  t.is((await exchangeRaw(house, 'GET /open/x HTTP/1.1\r\nX: y\r\n\r\n')).status, 400)
  t.is(house.music.requestCount, 0)
  // One host, but none of this gateway.
  for (const host of ['a-b.example.', 'some_host'])
    t.is((await exchangeRaw(house, withHost(`Host: ${host}`))).status, 421)
  for (const host of ['localhost', 'LOCALHOST:8443', 'localhost.', '127.0.0.1:1', '[::1]', '[::1]:8443']) {
    const seen = await passed(t, house, withHost(`Host: ${host}`))
    // What a client writes there is no business of an upstream's.
    t.deepEqual(
      [seen.header('x-forwarded-host'), seen.header('host')],
      [['dev.jasonhollis.com'], [new URL(house.music.url).host]],
    )
  }
})

test('a method or a version that nobody here speaks is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'LINK', 'QUERY'])
    await refused(t, house, rawRequest(`${method} /open/x`))
  for (const method of ['FOO', 'get', 'GET,'])
    await refused(t, house, rawRequest(`${method} /open/x`), 'malformed_request')
  for (const version of ['0.9', '2.0'])
    await refused(t, house, rawRequest('GET /open/x').replace('HTTP/1.1', `HTTP/${version}`))
  for (const version of ['1.2', '3.0', '1.10', '11', '1,1'])
    await refused(t, house, rawRequest('GET /open/x').replace('1.1', version), 'malformed_request')
  await refused(t, house, 'GET /open/x\r\n\r\n')
  await refused(t, house, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'malformed_request')
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    t.is((await passed(t, house, rawRequest(`${method} /open/x`))).method, method)
  await passed(t, house, rawRequest('GET /open/x').replace('1.1', '1.0'))
})

test('an oddly written request line that has only one reading is written anew for the upstream', async (t) => {
  const house = await startTestHouse(t)
  t.is((await passed(t, house, `\r\n${rawRequest('GET /open/x')}`)).url, '/open/x')
  t.is((await passed(t, house, rawRequest('GET  /open/x'))).url, '/open/x')
})

test('an upgrade to anything but a WebSocket, or with a body, is refused', async (t) => {
  const house = await startTestHouse(t)
  const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__']
  await refused(t, house, rawRequest('GET /open/x', h2c), 'upgrade_not_allowed')
  await refused(t, house, rawRequest('POST /open/x', [...h2c, 'Content-Length: 5'], 'hello'), 'upgrade_not_allowed')
  for (const upgrade of ['TLS/1.0', 'websocket, h2c', 'h2c, websocket', 'websocket/13'])
    await refused(
      t,
      house,
      rawRequest('GET /open/x', ['Connection: Upgrade', `Upgrade: ${upgrade}`]),
      'upgrade_not_allowed',
    )
  await refused(t, house, rawRequest('POST /open/x', [...UPGRADE, 'Content-Length: 5'], 'hello'), 'upgrade_not_allowed')
  await refused(t, house, rawRequest('GET /open/x', [...UPGRADE, 'Content-Length: 5'], 'hello'))
  await refused(t, house, rawRequest('GET /open/x', [...UPGRADE, 'Transfer-Encoding: chunked'], FIVE))
  t.false((await passed(t, house, rawRequest('GET /open/x', ['Upgrade: h2c']))).upgrade)
  await passed(t, house, rawRequest('GET /open/x', UPGRADE))
})

test('only the one known expectation is met, and it ends here', async (t) => {
  const house = await startTestHouse(t)
  const post = (expect: string) => rawRequest('POST /open/x', [`Expect: ${expect}`, 'Content-Length: 5'], 'hello')
  await refused(t, house, post('y 100-continue'))
  await refused(t, house, post('100-continue, x'))
  const { interim, header, body } = await passed(t, house, post('100-Continue'))
  t.deepEqual([interim, header('expect'), body], [[100], [], 'hello'])
  await refused(t, house, post('200-ok'))
})

test('headers that could mean something else to another server are refused', async (t) => {
  const house = await startTestHouse(t)
  for (const line of ['__proto__: x', '__PROTO__: x', 'X-A: \xff', 'X-A: caf\xe9', 'X-A: \xc3\xbc', 'Cookie: a=\x80'])
    await refused(t, house, rawRequest('GET /open/x', [line]))
  for (const line of ['X-A: \0', 'X-A: \x07', 'X-A: a\rb', 'X-A: a\nb: c', 'X-\xff: a', 'X A: b', ': x', 'X-A'])
    await refused(t, house, rawRequest('GET /open/x', [line]), 'malformed_request')
  for (const line of ['constructor: x', 'X-A: a\tb ~!"', 'X-A: ', 'proto: x'])
    t.is((await passed(t, house, rawRequest('GET /open/x', [line]))).header(line.split(':')[0]!).length, 1)
})

test('a request may have 100 headers, and 16 KiB of them', async (t) => {
  const house = await startTestHouse(t)
  const tiny = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: `)
  t.deepEqual((await passed(t, house, rawRequest('GET /open/x', tiny(99)))).header('a98'), [''])
  await refused(t, house, rawRequest('GET /open/x', tiny(100)))
  await refused(t, house, rawRequest('GET /open/x', tiny(700)))
  t.is((await exchangeRaw(house, rawRequest('GET /open/x', tiny(3000)))).status, 431)
  t.is((await passed(t, house, rawRequest('GET /open/x', [`A: ${'a'.repeat(15_000)}`]))).header('a')[0]?.length, 15_000)
  t.is((await exchangeRaw(house, rawRequest('GET /open/x', [`A: ${'a'.repeat(17_000)}`]))).status, 431)
  t.is(house.music.requests.length, 1)
})
