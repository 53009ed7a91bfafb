import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { ISSUER, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

/** Sends bytes over plain TCP. @returns all that comes until the other side gives up the connection. */
async function sayTo(t: ExecutionContext, port: number, text: string): Promise<string> {
  // Half open: it is the gateway that has to end it.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  let said = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    said += chunk
  })
  socket.write(Buffer.from(text, 'latin1'))
  await Promise.race([once(socket, 'end'), once(socket, 'close')])
  // Who only ended its own half would take this; who is gone refuses it.
  for (let i = 0; i < 10_000 && !socket.destroyed; i++)
    await new Promise<void>((resolve) => socket.write('more', () => setImmediate(resolve)))
  if (!socket.destroyed) throw new Error('only half of the connection was ended')
  return said
}

async function handshake(t: ExecutionContext, { port, ca }: TestHouse, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') {
  const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' } as const
  const socket = connectTls({ port, host: 'localhost', ca, ...options })
  t.teardown(() => socket.destroy())
  try {
    await once(socket, 'secureConnect')
    return socket.getProtocol()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

test('the http listener sends everybody to the public URL, with the same path and query', async (t) => {
  const { gateway } = await startTestHouse(t)
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    const asked = httpRequest({
      port: gateway.http!.port,
      method,
      path: '/alexa/authorize?state=a%2Fb&x=//y',
      agent: false,
    })
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
    t.is(answer.statusCode, 308)
    t.is(answer.headers.location, `${ISSUER}/alexa/authorize?state=a%2Fb&x=//y`)
    t.is(answer.headers.connection, 'close')
    answer.resume()
  }
})

test('the http listener refuses what has a body or credentials, which would be in clear, instead of sending it on', async (t) => {
  const { gateway } = await startTestHouse(t)
  const attempts: [method: string, headers: Record<string, string>][] = [
    ['POST', {}],
    ['PUT', {}],
    ['DELETE', {}],
    ['GET', { authorization: `Bearer ${'A'.repeat(43)}` }],
    ['GET', { authorization: 'Basic YTpi' }],
  ]
  for (const [method, headers] of attempts) {
    const asked = httpRequest({ port: gateway.http!.port, method, path: '/alexa/token', headers, agent: false })
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
    t.is(answer.statusCode, 403, method)
    t.is(answer.headers.location, undefined)
    t.is(answer.headers.connection, 'close')
    t.is(JSON.parse(await text(answer)).error, 'https_required')
  }
})

test('the http listener sends nobody anywhere else', async (t) => {
  const { gateway } = await startTestHouse(t)
  for (const target of [
    '//evil.example/x',
    '/\\evil.example',
    'http://evil.example/x',
    'https://evil.example',
    '*',
    '@evil.example/',
    '.evil.example/',
    ':80@evil.example',
  ]) {
    const said = await sayTo(t, gateway.http!.port, `OPTIONS ${target} HTTP/1.1\r\nHost: evil.example\r\n\r\n`)
    const location = /^Location: (.*)\r$/m.exec(said)?.[1]
    if (location === undefined) t.regex(said, /^HTTP\/1\.1 400 /, target)
    else t.is(new URL(location).origin, ISSUER, target)
    t.notRegex(said, /evil/, target)
  }
  const split = await sayTo(t, gateway.http!.port, 'GET /x\rSet-Cookie:a HTTP/1.1\r\nHost: x\r\n\r\n')
  t.notRegex(split, /Set-Cookie/)
})

test('TLS 1.2 and 1.3 are spoken, 1.1 is not', async (t) => {
  const house = await startTestHouse(t)
  t.regex(String(await handshake(t, house, 'TLSv1.1')), /ERR_SSL|ECONNRESET/)
  t.is(await handshake(t, house, 'TLSv1.2'), 'TLSv1.2')
  t.is(await handshake(t, house, 'TLSv1.3'), 'TLSv1.3')
})

test('malformed HTTP is answered 400 in JSON, and the connection ended, even if the client keeps its half', async (t) => {
  const house = await startTestHouse(t)
  const MALFORMED = 'nonsense\r\n\r\n'
  const said = await sayTo(t, house.gateway.http!.port, MALFORMED)
  t.regex(said, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json\r\n/)
  t.is(JSON.parse(said.split('\r\n\r\n')[1]!).error, 'malformed_request')
  const client = (await openRaw(house)).send(MALFORMED)
  const { status, header, body } = await client.answer()
  t.deepEqual(
    [status, header('content-type'), JSON.parse(body).error],
    [400, ['application/json'], 'malformed_request'],
  )
  await client.closed
})

test('plain HTTP on the TLS port is answered in words alone, told of in the log, and ended', async (t) => {
  const { port, gateway, logged, requests } = await startTestHouse(t)
  const said = await sayTo(t, port, rawRequest('GET /health'))
  t.regex(said, /^HTTP\/1\.1 400 .*listen\.plain.*listen\.trusted_proxies/s)
  t.notRegex(said, /"status"/)
  await gateway.close()
  t.regex(await logged('connections were cut off'), /1 \(the last from \S*127\.0\.0\.1\): they spoke HTTP without TLS/)
  t.deepEqual(requests.records, [])
})

test('who does not get on with a handshake or a request is gone in seconds', async (t) => {
  const house = await startTestHouse(t)
  const begun = performance.now()
  const half = rawRequest('GET /health').slice(0, -4)
  const slowHead = (await openRaw(house)).send(half)
  const silent = await openRaw(house)
  const timedOut = slowHead.answer()
  await Promise.all([
    // The beginning of a ClientHello, and nothing at all.
    sayTo(t, house.port, '\x16\x03\x01\x02\x00\x01'),
    sayTo(t, house.port, ''),
    sayTo(t, house.gateway.http!.port, half),
    sayTo(t, house.gateway.http!.port, ''),
    silent.closed,
    slowHead.closed,
  ])
  const { status, body } = await timedOut
  t.deepEqual([status, JSON.parse(body).error], [408, 'request_timeout'])
  t.true(performance.now() - begun < 50_000)
})

test('closing finishes what is in flight, keeps nobody, and takes nobody new', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const webSocket = (await openRaw(house)).send(rawRequest('GET /ws', [...UPGRADE, `Authorization: Bearer ${token}`]))
  t.is((await webSocket.answer()).status, 101)
  const idle = await openRaw(house)
  t.is((await idle.send(rawRequest('GET /open/x')).answer()).status, 404)
  // Its body is still to come.
  const { requestCount } = house.music
  const busy = (await openRaw(house)).send(rawRequest('POST /open/x', ['Content-Length: 5'], 'he'))
  await house.music.until(() => house.music.requestCount > requestCount)

  const closed = house.gateway.close()
  await idle.closed
  await t.throwsAsync(openRaw(house), { code: 'ECONNREFUSED' })
  busy.send('llo')
  t.is((await busy.answer()).status, 404)
  await Promise.all([busy.closed, webSocket.closed, closed])
  await house.music.until(() => house.music.openSockets === 0)
})

test('closing waits for what does not end only as long as its patience', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('trickle', { times: 1 })
  const stream = (await openRaw(house)).send(rawRequest('GET /open/x'))
  await stream.until((text) => text.endsWith('.\r\n'))
  const begun = performance.now()
  await house.gateway.https!.close(300)
  const took = performance.now() - begun
  t.true(took >= 290 && took < 3000, `${took} ms`)
  await stream.closed
  t.notRegex(stream.received, /\r\n0\r\n\r\n$/)
  await house.music.until(() => house.music.abortedClients === 1)
})

test('while stopping, a client is told not to hold on to its connection', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('trickle', { times: 1 })
  const stream = (await openRaw(house)).send(rawRequest('GET /open/x'))
  await stream.until((text) => text.endsWith('.\r\n'))
  const late = (await openRaw(house)).send(rawRequest('GET /health').slice(0, -4))
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  const closed = house.gateway.close()
  const answer = await late.send('\r\n\r\n').answer()
  t.deepEqual([answer.status, answer.header('connection')], [503, ['close']])
  stream.socket.destroy()
  await closed
})
