import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { WebSocketServer } from 'ws'
import type { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { listenUntilEnd } from '../../support/listen-until-end.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { startRawUpstream, startUpstream } from '../../support/scripted-upstream.ts'

function startLimited(
  t: ExecutionContext,
  { url }: { url: string },
  limits: { connections: number; response_timeout?: number },
): Promise<TestHouse> {
  return startTestHouse(t, ({ upstreams }) => {
    Object.assign(upstreams['music-assistant'], { url, ...limits })
  })
}

/** An upstream that keeps its answers back. */
async function startWaiting(t: ExecutionContext) {
  const answers: { path: string | undefined; response: ServerResponse }[] = []
  let changed = Promise.withResolvers<void>()
  const { url, sockets } = await startUpstream(t, ({ url: path }, response) => {
    answers.push({ path, response })
    changed.resolve()
    changed = Promise.withResolvers()
  })
  const until = async (count: number) => {
    while (answers.length < count) await changed.promise
  }
  return { url, sockets, answers, until }
}

/** An upstream with WebSockets, which says "answer" to everything else. */
async function startWebSockets(t: ExecutionContext) {
  const opened: (string | undefined)[] = []
  const server = createServer((_, response) => response.end('answer'))
  new WebSocketServer({ server }).on('connection', (webSocket, { url }) => {
    opened.push(url)
    webSocket.on('message', (data) => webSocket.send(String(data)))
  })
  return { url: `http://127.0.0.1:${await listenUntilEnd(t, server)}`, opened }
}

/** What became of a request. */
async function endOf({ requests }: TestHouse, path: string): Promise<RequestRecord> {
  for (;;) {
    const record = await requests.next()
    if (record.path === path) return record
  }
}

test('54. many requests at once open no more connections than an upstream may have, and each gets its answer', async (t) => {
  let most = 0
  const upstream = await startUpstream(t, ({ url }, response) => {
    most = Math.max(most, upstream.sockets.size)
    setImmediate(() => response.end(url))
  })
  const house = await startLimited(t, upstream, { connections: 3 })
  const paths = Array.from({ length: 60 }, (_, i) => `/open/${i}`)
  const answers = await Promise.all([
    ...paths.map(async (path) => (await exchangeRaw(house, rawRequest(`GET ${path}`))).body),
    ...paths.map(
      async (path) => (await exchangeRaw(house, rawRequest(`POST ${path}`, ['Content-Length: 2'], 'hi'))).body,
    ),
  ])
  t.deepEqual(answers, [...paths, ...paths])
  t.is(most, 3)
})

test('54. a request that finds no free connection waits for one, and is answered when there is', async (t) => {
  const upstream = await startWaiting(t)
  const house = await startLimited(t, upstream, { connections: 1 })
  const [first, second] = [await openRaw(house), await openRaw(house)]
  first.send(rawRequest('GET /open/first'))
  await upstream.until(1)
  second.send(rawRequest('GET /open/second'))
  // Nothing of it gets to the upstream; this goes around it.
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  t.is(upstream.answers.length, 1)
  upstream.answers[0]?.response.end('one')
  t.is((await first.answer()).body, 'one')
  await upstream.until(2)
  upstream.answers[1]?.response.end('two')
  t.is((await second.answer()).body, 'two')
  t.is(upstream.sockets.size, 1)
})

test('54. a client that leaves while it waits leaves the queue, and its request is never sent', async (t) => {
  const upstream = await startWaiting(t)
  const house = await startLimited(t, upstream, { connections: 1 })
  const clients = [await openRaw(house), await openRaw(house), await openRaw(house)]
  for (const [i, client] of clients.entries()) {
    client.send(rawRequest(`GET /open/${i}`))
    // So that they come in this order.
    if (i === 0) await upstream.until(1)
    else await exchangeRaw(house, rawRequest('GET /health'))
  }
  clients[1]?.socket.destroy()
  t.is((await endOf(house, '/open/1')).ending, 'client left')
  upstream.answers[0]?.response.end()
  await upstream.until(2)
  upstream.answers[1]?.response.end('third')
  t.is((await clients[2]?.answer())?.body, 'third')
  t.deepEqual(
    upstream.answers.map(({ path }) => path),
    ['/open/0', '/open/2'],
  )
})

test('54. streams may take all connections of an upstream, but a call does not wait for them for ever', async (t) => {
  const upstream = await startWaiting(t)
  const house = await startLimited(t, upstream, { connections: 2, response_timeout: 1 })
  const streams = [await openRaw(house), await openRaw(house)]
  for (const stream of streams) stream.send(rawRequest('GET /open/stream'))
  await upstream.until(2)
  for (const { response } of upstream.answers) response.write('music ')
  for (const stream of streams) await stream.until((text) => text.includes('music '))
  const { status, body, header } = await exchangeRaw(house, rawRequest('GET /open/call'))
  t.deepEqual([status, JSON.parse(body).error, header('retry-after')], [503, 'upstream_busy', ['5']])
  t.regex(await house.logged('upstream_busy'), /music-assistant-open at .*, connections: all 2 were in use for 1 s/)
  upstream.answers[0]?.response.end()
  await streams[0]?.answer()
  const call = (await openRaw(house)).send(rawRequest('GET /open/call'))
  await upstream.until(3)
  upstream.answers[2]?.response.end('answer')
  t.is((await call.answer()).body, 'answer')
})

test('54. WebSockets have a limit of their own: one more waits, and requests go on', async (t) => {
  const { url, opened } = await startWebSockets(t)
  const house = await startLimited(t, { url }, { connections: 1 })
  const open = async (path: string) => (await openRaw(house)).send(rawRequest(`GET ${path}`, UPGRADE))
  const first = await open('/open/first')
  t.is((await first.answer()).status, 101)
  const [second, third] = [await open('/open/second'), await open('/open/third')]
  for (let i = 0; i < 3; i++) t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).body, 'answer')
  t.deepEqual(opened, ['/open/first'])
  // One leaves in order, one doesn't, and what the third says early waits with it.
  const [ending, resetting] = [await open('/open/ending'), second]
  ending.socket.end()
  t.is((await endOf(house, '/open/ending')).ending, 'client left')
  resetting.reset()
  t.is((await endOf(house, '/open/second')).ending, 'client left')
  third.send(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]))
  first.socket.destroy()
  t.is((await third.answer()).status, 101)
  await third.until((text) => text.endsWith('hi'))
  t.deepEqual(opened, ['/open/first', '/open/third'])
})

test('54. a WebSocket for which there is no room is 503 in the end', async (t) => {
  const house = await startLimited(t, await startWebSockets(t), { connections: 1, response_timeout: 1 })
  const first = (await openRaw(house)).send(rawRequest('GET /open/first', UPGRADE))
  t.is((await first.answer()).status, 101)
  const { status, body } = await exchangeRaw(house, rawRequest('GET /open/second', UPGRADE))
  t.deepEqual([status, JSON.parse(body).error], [503, 'upstream_busy'])
  t.regex(await house.logged('upstream_busy'), /WebSockets: all 1 were in use/)
})

test('54. whatever becomes of a request, its connection can be used again', async (t) => {
  const upstream = await startRawUpstream(t, (socket) => {
    socket.on('data', (chunk) => {
      const path = String(chunk).split(' ')[1]
      if (path === '/open/reset') socket.resetAndDestroy()
      else if (path === '/open/end') socket.end()
      else if (path === '/open/nonsense') socket.write('nonsense')
      else if (path === '/open/half') socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
      else if (path === '/open/fine') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine')
    })
  })
  const house = await startLimited(t, upstream, { connections: 1, response_timeout: 1 })
  for (const way of ['reset', 'end', 'nonsense', 'half', 'fine', 'nothing', 'client']) {
    const client = await openRaw(house)
    const connected = once(client.socket, 'close')
    client.send(rawRequest(`POST /open/${way}`))
    if (way === 'client') client.socket.destroy()
    else await client.answer().catch(() => 'cut')
    client.socket.destroy()
    await connected
    t.is((await exchangeRaw(house, rawRequest('GET /open/fine'))).body, 'fine', way)
  }
})
