import { once } from 'node:events'
import type { Socket } from 'node:net'
import test from 'ava'
import { startBefore, startImpatient } from '../../support/before-upstream.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest } from '../../support/raw-client.ts'
import { startFixedUpstream, startRawUpstream } from '../../support/scripted-upstream.ts'
import { issueToken } from '../../support/tokens.ts'

const errorOf = ({ status, body }: { status: number; body: string }) => [status, JSON.parse(body).error]

test('an upstream that is down gives 502, a page to a person and JSON to a program', async (t) => {
  const house = await startTestHouse(t)
  const program = await exchangeRaw(house, rawRequest('GET /dead'))
  t.deepEqual(errorOf(program), [502, 'bad_gateway'])
  t.deepEqual(program.header('content-type'), ['application/json'])
  const person = await exchangeRaw(house, rawRequest('GET /dead', ['Accept: text/html,*/*;q=0.8']))
  t.is(person.status, 502)
  t.deepEqual(person.header('content-type'), ['text/html; charset=utf-8'])
  t.regex(person.body, /cannot be reached/)
  t.notRegex(program.body + person.body, /127\.0\.0\.1/)
  t.regex(await house.logged('bad_gateway'), /dead at http:\/\/127\.0\.0\.1:1/)
})

test('an upstream that does not begin to answer in time gives 504, and others are not held up', async (t) => {
  const house = await startImpatient(t)
  house.music.misbehave('hang', { times: 1 })
  const hanging = exchangeRaw(house, rawRequest('GET /open/x'))
  await house.music.until(() => house.music.requestCount === 1)
  t.is((await exchangeRaw(house, rawRequest('GET /open/y'))).status, 404)
  t.deepEqual(errorOf(await hanging), [504, 'gateway_timeout'])
  await house.music.until(() => house.music.abortedClients === 1)
})

test('a stream that has begun is not cut however long it says nothing', async (t) => {
  const house = await startImpatient(t)
  house.music.misbehave('trickle', { times: 1 })
  const stream = (await openRaw(house)).send(rawRequest('GET /open/stream'))
  t.teardown(() => stream.socket.destroy())
  await stream.until((text) => text.endsWith('.\r\n'))
  house.music.misbehave('hang', { times: 1 })
  // As long as the limit for the beginning of an answer.
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 504)
  const { length } = stream.received
  await stream.until((text) => text.length > length)
})

test('an upstream that resets the connection before it answers gives 502', async (t) => {
  const house = await startTestHouse(t)
  for (const kind of ['reset', 'die-mid-headers'] as const) {
    house.music.misbehave(kind)
    t.deepEqual(errorOf(await exchangeRaw(house, rawRequest('GET /open/x'))), [502, 'bad_gateway'])
  }
  house.music.misbehave(undefined)
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 404)
})

test('what can be repeated is tried once more on another connection, what cannot is not', async (t) => {
  const house = await startTestHouse(t)
  for (const [method, headers, body, status, tries] of [
    ['GET', [], '', 404, 2],
    ['HEAD', [], '', 404, 2],
    ['POST', [], '', 502, 1],
    ['POST', ['Content-Length: 5'], 'hello', 502, 1],
    ['DELETE', [], '', 502, 1],
  ] as const) {
    house.music.clearRequests()
    house.music.misbehave('reset', { times: 1 })
    const client = (await openRaw(house)).send(rawRequest(`${method} /open/x`, [...headers], body))
    t.is((await client.answer({ head: true })).status, status, method)
    t.is(house.music.requests.length, tries, method)
    client.socket.destroy()
  }
  house.music.clearRequests()
  house.music.misbehave('reset')
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 502)
  t.is(house.music.requests.length, 2)
})

test('an upstream that closes an idle connection in the moment it is used costs nobody a request', async (t) => {
  let connections = 0
  const upstream = await startRawUpstream(t, (socket) => {
    connections += 1
    let requests = 0
    socket.on('data', () => {
      if (++requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      else socket.resetAndDestroy()
    })
  })
  const house = await startBefore(t, upstream)
  for (let i = 1; i <= 3; i++) {
    const { status, body } = await exchangeRaw(house, rawRequest('GET /open/x'))
    t.deepEqual([status, body, connections], [200, 'ok', i])
  }
})

test('an upstream that dies within an answer cuts the connection: half an answer never looks whole', async (t) => {
  const house = await startTestHouse(t)
  for (const kind of ['die-mid-body', 'die-mid-chunk'] as const) {
    house.music.misbehave(kind, { times: 1 })
    const client = (await openRaw(house)).send(rawRequest('GET /open/x'))
    await client.until((text) => text.includes('\r\n\r\n'))
    await client.closed
    t.regex(client.received, /\[\{"na/)
    t.notRegex(client.received, /\r\n0\r\n/)
  }
})

test('an answer that is not HTTP gives 502', async (t) => {
  for (const answer of [
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
  ]) {
    const house = await startBefore(t, await startFixedUpstream(t, answer))
    t.deepEqual(
      errorOf(await exchangeRaw(house, rawRequest('POST /open/x'))),
      [502, 'bad_gateway'],
      answer.slice(0, 80),
    )
  }
})

test('a client that leaves takes its upstream request along, whatever it is waiting for', async (t) => {
  const house = await startTestHouse(t)
  for (const [kind, request] of [
    ['hang', rawRequest('GET /open/x')],
    ['trickle', rawRequest('GET /open/x')],
    [undefined, rawRequest('POST /open/x', ['Content-Length: 1000000'], 'only the beginning')],
  ] as const) {
    house.music.misbehave(kind, { times: 1 })
    const { requestCount, abortedClients } = house.music
    const client = (await openRaw(house)).send(request)
    await house.music.until(() => house.music.requestCount > requestCount)
    if (kind === 'trickle') await client.until((text) => text.endsWith('.\r\n'))
    client.socket.destroy()
    await house.music.until(() => house.music.abortedClients > abortedClients)
  }
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 404)
})

test("an upstream's 401 to a call that the gateway let in is the gateway's fault, not the token's", async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const body = '{"command":"players/all"}'
  const call = () => exchangeRaw(house, rawRequest('POST /api', [bearer, `Content-Length: ${body.length}`], body))
  house.music.misbehave('authentication-failed', { times: 1 })
  const refused = await call()
  t.deepEqual(errorOf(refused), [502, 'upstream_refused_gateway'])
  t.deepEqual(refused.header('www-authenticate'), [])
  t.is((await call()).status, 200)

  const upstream = await startFixedUpstream(
    t,
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="music"\r\nContent-Length: 3\r\n\r\nno!',
  )
  const open = await exchangeRaw(await startBefore(t, upstream), rawRequest('GET /open/x'))
  t.deepEqual([open.status, open.body, open.header('www-authenticate')], [401, 'no!', ['Basic realm="music"']])
})

test('what an upstream sends when nobody asked ends its connection, and is no answer to the next request', async (t) => {
  const connections: Socket[] = []
  const upstream = await startRawUpstream(t, (socket) => {
    connections.push(socket)
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  })
  const house = await startBefore(t, upstream)
  const client = await openRaw(house)
  for (let i = 1; i <= 3; i++) {
    t.is((await client.send(rawRequest('GET /open/x')).answer()).body, 'ok')
    t.is(connections.length, i)
    const connection = connections.at(-1) as Socket
    const closed = once(connection, 'close')
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED')
    await closed
  }
  client.socket.destroy()
})

test('an answer that comes early ends the sending of the request, and its connection', async (t) => {
  let received = 0
  const closed = Promise.withResolvers<void>()
  const upstream = await startRawUpstream(t, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno'))
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    socket.once('close', () => closed.resolve())
  })
  const house = await startBefore(t, upstream)
  const client = (await openRaw(house)).send(rawRequest('POST /open/x', ['Content-Length: 100000000'], 'beginning'))
  const { status, body } = await client.answer()
  t.deepEqual([status, body], [413, 'no'])
  await closed.promise
  t.true(received < 1000, `${received}`)
  client.socket.destroy()
  t.is((await exchangeRaw(house, rawRequest('POST /open/x'))).status, 413)
})
