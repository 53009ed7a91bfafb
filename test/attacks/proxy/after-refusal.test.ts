import { once } from 'node:events'
import { connect } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { startBefore } from '../../support/before-upstream.ts'
import { noMoreEnded } from '../../support/ended-requests.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { startRawUpstream } from '../../support/scripted-upstream.ts'
import { issueToken } from '../../support/tokens.ts'

const FORM = 'Content-Type: application/x-www-form-urlencoded'
const HOST = 'Host: localhost'

/** Requests after which nobody can be sure where the next one begins, or that close their connection. */
const REFUSED: Record<string, [request: string, status: number]> = {
  'another method': [rawRequest('TRACE /open/x'), 400],
  'no Host': ['GET /open/x HTTP/1.1\r\n\r\n', 400],
  'no Host, in HTTP/1.0': ['GET /open/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', 400],
  'two Hosts': [rawRequest('GET /open/x', [HOST]), 400],
  'an empty Host': ['GET /open/x HTTP/1.1\r\nHost:\r\n\r\n', 400],
  'a Host with a user': ['GET /open/x HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n', 400],
  'an absolute target': [rawRequest('GET http://localhost/open/x'), 400],
  'a dot segment': [rawRequest('GET /open/../x'), 400],
  'an encoded slash': [rawRequest('GET /open/a%2fb'), 400],
  'a fragment': [rawRequest('GET /open/x#y'), 400],
  'a byte beyond ASCII': [rawRequest('GET /open/x', ['A: \xff']), 400],
  '101 headers': [rawRequest('GET /open/x', Array(101).fill('A: b')), 400],
  'a __proto__ header': [rawRequest('GET /open/x', ['__proto__: x']), 400],
  'a look-alike of a header': [rawRequest('POST /open/x', ['Content_Length: 3', 'Content-Length: 0']), 400],
  'two Authorizations': [rawRequest('GET /open/x', ['Authorization: Bearer a', 'Authorization: Bearer b']), 400],
  'another expectation': [rawRequest('GET /open/x', ['Expect: something']), 400],
  'a GET with a body': [rawRequest('GET /open/x', ['Content-Length: 5'], 'hello'), 400],
  'a GET whose body is chunked': [
    rawRequest('GET /open/x', ['Transfer-Encoding: chunked'], '1\r\na\r\n0\r\n\r\n'),
    400,
  ],
  'a length of many digits': [rawRequest('POST /open/x', ['Content-Length: 005'], 'hello'), 400],
  'a coding in HTTP/1.0': [
    'POST /open/x HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  'two codings': [rawRequest('POST /open/x', ['Transfer-Encoding: identity, chunked'], '0\r\n\r\n'), 400],
  'a length beside a coding': [
    rawRequest('POST /open/x', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    400,
  ],
  'two lengths': [rawRequest('POST /open/x', ['Content-Length: 5', 'Content-Length: 6'], 'hello'), 400],
  'a broken chunk': [rawRequest('POST /open/x', ['Transfer-Encoding: chunked'], 'x\r\n0\r\n\r\n'), 400],
  'another version': ['GET /open/x HTTP/2.0\r\nHost: localhost\r\n\r\n', 400],
  'what is not HTTP': ['nonsense\r\n\r\n', 400],
  'headers that are too large': [rawRequest('GET /open/x', [`A: ${'a'.repeat(17_000)}`]), 431],
  'a form that is too large': [
    rawRequest('POST /alexa/token', [FORM, 'Content-Length: 40000'], 'a'.repeat(40_000)),
    413,
  ],
  CONNECT: [rawRequest('CONNECT localhost:443'), 400],
  'another upgrade': [rawRequest('GET /open/x', ['Connection: Upgrade', 'Upgrade: h2c']), 400],
  'an upgrade of a POST': [rawRequest('POST /open/x', [...UPGRADE, 'Content-Length: 5'], 'hello'), 400],
  'an upgrade where none is taken': [rawRequest('GET /imageproxy/x', UPGRADE), 400],
  'an upgrade without a token': [rawRequest('GET /ws', UPGRADE), 401],
  'an upgrade to nowhere': [rawRequest('GET /nowhere', UPGRADE), 404],
  'an upgrade to nobody': [rawRequest('GET /dead', UPGRADE), 502],
}

/** One that takes whatever comes for a request of its own. */
async function startLenient(t: ExecutionContext) {
  const seen: string[] = []
  const upstream = await startRawUpstream(t, (socket) => {
    socket.on('data', (bytes) => {
      seen.push(bytes.toString('latin1'))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nexecuted')
    })
  })
  return { url: upstream.url, seen }
}

test('52. what follows a request that was refused for good, in the same packet or the next, never happens', async (t) => {
  const upstream = await startLenient(t)
  const house = await startBefore(t, upstream)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const following = {
    'a request': rawRequest('GET /open/second'),
    'a request with a body': rawRequest('POST /open/second', ['Content-Length: 5'], 'hello'),
    'an upgrade': rawRequest('GET /ws', [...UPGRADE, bearer]),
    'a thousand requests': rawRequest('GET /open/second').repeat(1000),
  }
  for (const [name, [request, expected]] of Object.entries(REFUSED))
    for (const [what, next] of Object.entries(following)) {
      const label = `${what} after ${name}`
      const client = (await openRaw(house)).send(request + next)
      t.is((await client.answer()).status, expected, label)
      client.send(next)
      await client.closed
      t.is(client.received, '', label)
      t.deepEqual(upstream.seen, [], label)
      t.is((await house.requests.next()).status, expected, label)
    }
  await noMoreEnded(t, house)
})

test('52. the same behind requests that were answered', async (t) => {
  const upstream = await startLenient(t)
  const house = await startBefore(t, upstream)
  for (const [name, [request, expected]] of Object.entries(REFUSED)) {
    const before = rawRequest('GET /open/first') + rawRequest('GET /health')
    const client = (await openRaw(house)).send(before + request + rawRequest('GET /open/second'))
    t.is((await client.answer()).body, 'executed', name)
    t.is((await client.answer()).status, 200, name)
    t.is((await client.answer()).status, expected, name)
    await client.closed
    t.is(client.received, '', name)
    t.is(upstream.seen.splice(0).length, 1, name)
  }
})

test('52. a refusal that leaves no doubt where the next request begins keeps the connection', async (t) => {
  const house = await startBefore(t, await startLenient(t))
  for (const [request, expected] of [
    [rawRequest('GET /nowhere'), 404],
    [rawRequest('POST /health', ['Content-Length: 5'], 'hello'), 405],
    [rawRequest('GET /any/x'), 401],
    [rawRequest('GET /dead'), 502],
  ] as const) {
    const client = (await openRaw(house)).send(request + rawRequest('GET /open/second'))
    t.is((await client.answer()).status, expected)
    t.is((await client.answer()).body, 'executed')
    client.socket.destroy()
  }
})

test('52. without TLS each connection gets one answer', async (t) => {
  const house = await startTestHouse(t)
  for (const [first, expected] of [
    [rawRequest('GET /open/x'), 308],
    [rawRequest('POST /open/x', ['Content-Length: 5'], 'hello'), 403],
    [rawRequest('GET /ws', UPGRADE), 308],
    ['GET /open/x HTTP/1.1\r\n\r\n', 308],
    ['nonsense\r\n\r\n', 400],
  ] as const) {
    const socket = connect({ port: house.gateway.http!.port, host: '127.0.0.1' }).on('error', () => {})
    let said = ''
    socket.setEncoding('latin1').on('data', (text) => {
      said += text
    })
    socket.write(first + rawRequest('GET /second').repeat(1000))
    await once(socket, 'close')
    t.deepEqual(said.match(/^HTTP\/1\.1 \d+/gm), [`HTTP/1.1 ${expected}`], first)
    t.is((await house.requests.next()).status, expected, first)
  }
  await noMoreEnded(t, house)
})
