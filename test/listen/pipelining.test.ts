import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { startBefore } from '../support/before-upstream.ts'
import { noMoreEnded } from '../support/ended-requests.ts'
import { startTestHouse } from '../support/gateway.ts'
import { CONSENT, exchangeRaw, openRaw, type RawClient, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startRawUpstream, startUpstream } from '../support/scripted-upstream.ts'
import { issueToken } from '../support/tokens.ts'

const NOT_HTTP = '\0\0\0\r\n\r\n'

/** An upstream that answers with the target, and knows how many requests it had at once. */
async function startCounting(t: ExecutionContext) {
  const counts = { requests: 0, atOnce: 0, mostAtOnce: 0 }
  const upstream = await startUpstream(t, (request, response) => {
    counts.requests++
    counts.mostAtOnce = Math.max(counts.mostAtOnce, ++counts.atOnce)
    response.once('close', () => counts.atOnce--)
    setImmediate(() => response.end(request.url))
  })
  return { ...upstream, counts }
}

async function isRefusedMalformed(t: ExecutionContext, client: RawClient): Promise<void> {
  const { status, body } = await client.answer()
  t.deepEqual([status, JSON.parse(body).error], [400, 'malformed_request'])
  await client.closed
  t.is(client.received, '')
}

test('what is not HTTP, in the midst of an answer, is refused after the whole of it, and of those that came before', async (t) => {
  const answering = [Promise.withResolvers<ServerResponse>(), Promise.withResolvers<ServerResponse>()]
  let count = 0
  const upstream = await startUpstream(t, (request, response) => {
    if (request.url === '/open/slow') answering[count++]?.resolve(response.writeHead(200, { 'Content-Length': 28 }))
    else response.end('other')
    if (request.url === '/open/slow') response.write('the first half')
  })
  const house = await startBefore(t, upstream)
  for (const [i, between] of ['', rawRequest('GET /open/other')].entries()) {
    const client = await openRaw(house)
    client.send(rawRequest('GET /open/slow'))
    await client.until((text) => text.endsWith('half'))
    client.send(between + NOT_HTTP)
    // By then it has been read.
    t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
    ;(await answering[i]?.promise)?.end('the other half')
    t.is((await client.answer()).body, 'the first halfthe other half')
    if (between) t.is((await client.answer()).body, 'other')
    await isRefusedMalformed(t, client)
  }
})

test('53. a request that garbage follows gets its own answer; then the garbage is refused, and that is the end', async (t) => {
  const upstream = await startCounting(t)
  const house = await startBefore(t, upstream)
  for (const [request, expected] of [
    [rawRequest('GET /health'), 200],
    [rawRequest('GET /open/x'), 200],
    [rawRequest('POST /open/x', ['Content-Length: 5'], 'hello'), 200],
    [rawRequest('POST /open/x', ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'), 200],
    [rawRequest('GET /nowhere'), 404],
    [rawRequest('GET /dead'), 502],
  ] as const)
    for (const garbage of [
      NOT_HTTP,
      'GET\r\n\r\n',
      'GET / HTTP/1.1\r\nA\0: b\r\n\r\n',
      rawRequest('GET /open/y', [' x']),
    ]) {
      const client = (await openRaw(house)).send(request + garbage + rawRequest('GET /open/after'))
      t.is((await client.answer()).status, expected, request + garbage)
      t.is((await house.requests.next()).status, expected)
      await isRefusedMalformed(t, client)
      t.like(await house.requests.next(), { status: 400, ending: 'refused', method: '', path: '' })
    }
  t.is(upstream.counts.requests, 12)
  await noMoreEnded(t, house)
})

test('a request that closes the connection gets its answer, whatever follows it', async (t) => {
  const upstream = await startCounting(t)
  const house = await startBefore(t, upstream)
  for (const first of [
    rawRequest('GET /open/1', ['Connection: close']),
    'GET /open/1 HTTP/1.0\r\nHost: localhost\r\n\r\n',
  ])
    for (const next of [NOT_HTTP, rawRequest('GET /open/2'), rawRequest('GET /open/2', UPGRADE)]) {
      const client = (await openRaw(house)).send(first + next)
      t.is((await client.answer()).body, '/open/1')
      await client.closed
      t.is(client.received, '')
    }
  t.is(upstream.counts.requests, 6)
})

test('what is not HTTP, after a whole answer, is refused', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  t.is((await client.send(rawRequest('GET /health')).answer()).status, 200)
  await isRefusedMalformed(t, client.send(NOT_HTTP))
})

test('the beginning of a request behind one that takes long is refused when that has been answered', async (t) => {
  const waiting = Promise.withResolvers<ServerResponse>()
  const house = await startBefore(t, await startUpstream(t, (_, response) => waiting.resolve(response)))
  const client = (await openRaw(house)).send(rawRequest('GET /open/long') + rawRequest('GET /open/half').slice(0, -4))
  const response = await waiting.promise
  // One that begins later is over by then.
  t.is((await exchangeRaw(house, rawRequest('GET /health').slice(0, -4))).status, 408)
  response.end('long')
  t.is((await client.answer()).body, 'long')
  const { status, body } = await client.answer()
  t.deepEqual([status, JSON.parse(body).error], [408, 'request_timeout'])
  await client.closed
})

test('an upgrade that comes before the answer to an earlier request waits for its turn', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  for (const [target, expected] of [
    ['/ws', 101],
    ['/open/ws', 404],
    ['/nowhere', 404],
    ['/open/../x', 400],
    ['/dead', 502],
    ['/health', 400],
  ] as const) {
    const client = await openRaw(house)
    client.send(
      rawRequest('GET /open/1') + rawRequest('GET /open/2') + rawRequest(`GET ${target}`, [...UPGRADE, bearer]),
    )
    for (const path of ['/open/1', '/open/2']) {
      t.is((await client.answer()).status, 404)
      t.is((await house.requests.next()).path, path)
    }
    t.is((await client.answer()).status, expected, target)
    client.socket.destroy()
    t.is((await house.requests.next()).status, expected, target)
  }
  await noMoreEnded(t, house)
})

test('an upgrade that waits for its turn lets a long answer through, and ends with a connection that closes', async (t) => {
  const SIZE = 8 * 1024 * 1024
  const upstream = await startUpstream(t, (_, response) => response.end(Buffer.alloc(SIZE, 'x')))
  const house = await startBefore(t, upstream)
  const client = await openRaw(house)
  client.socket.pause()
  client.send(rawRequest('GET /open/large') + rawRequest('GET /nowhere', UPGRADE))
  // Meanwhile the answer has come to where the client's buffers are full.
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  client.socket.resume()
  t.is((await client.answer()).body.length, SIZE)
  t.is((await client.answer()).status, 404)
  await client.closed
  const closing = (await openRaw(house)).send(
    rawRequest('GET /open/../x') + rawRequest('GET /open/ws', UPGRADE) + rawRequest('GET /open/x'),
  )
  t.is((await closing.answer()).status, 400)
  await closing.closed
  t.is(closing.received, '')
})

test('a WebSocket that waited for its turn works, also for who did not wait for it, but not for who sent very much', async (t) => {
  const release = Promise.withResolvers<void>()
  const upstream = await startRawUpstream(t, (socket) => {
    socket.once('data', async (request) => {
      if (String(request).startsWith('GET /open/first')) {
        await release.promise
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst')
        return
      }
      socket.write(CONSENT)
      socket.pipe(socket)
    })
  })
  const house = await startBefore(t, upstream)
  const [patient, early, greedy] = [await openRaw(house), await openRaw(house), await openRaw(house)]
  for (const client of [patient, early, greedy])
    client.send(rawRequest('GET /open/first') + rawRequest('GET /open/ws', UPGRADE))
  await until(() => [...house.gateway.https!.exchanges()].length === 3)
  early.send('early')
  // More than the system keeps for two sides that don't read.
  await new Promise<void>((resolve) => greedy.socket.write('x'.repeat(16 * 1024 * 1024), () => resolve()))
  release.resolve()
  for (const client of [patient, early, greedy]) t.is((await client.answer()).body, 'first')
  t.is((await patient.answer()).status, 101)
  await patient.send('hello').until((text) => text === 'hello')
  t.is((await early.answer()).status, 101)
  await early.send('hello').until((text) => text === 'earlyhello')
  await greedy.closed
  t.is(greedy.received, '')
  for (const client of [patient, early]) client.socket.destroy()
})

test('requests that are sent at once are answered in their order, and reach the upstream one after the other', async (t) => {
  const upstream = await startCounting(t)
  const house = await startBefore(t, upstream)
  const paths = Array.from({ length: 1000 }, (_, i) => `/open/${i}`)
  const client = (await openRaw(house)).send(paths.map((path) => rawRequest(`GET ${path}`)).join(''))
  for (const path of paths) t.is((await client.answer()).body, path)
  t.deepEqual(upstream.counts, { requests: 1000, atOnce: 0, mostAtOnce: 1 })
  t.is((await client.send(rawRequest('GET /open/last')).answer()).body, '/open/last')
  client.socket.end()
  await once(client.socket, 'close')
})

test('requests with bodies that are sent at once keep them apart', async (t) => {
  const upstream = await startUpstream(t, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    response.end(`${request.method} ${request.url} ${body}`)
  })
  const house = await startBefore(t, upstream)
  const client = await openRaw(house)
  const one = [
    rawRequest('POST /open/a', ['Content-Length: 7'], '\r\n\r\nabc'),
    rawRequest('PUT /open/b', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'),
    rawRequest('POST /open/c', ['Content-Length: 4', 'Expect: 100-continue'], 'cont'),
    rawRequest('DELETE /open/d', ['Content-Length: 0']),
    rawRequest('GET /open/e'),
  ].join('')
  const all = one.repeat(20)
  // In pieces that end anywhere.
  for (let i = 0; i < all.length; i += 37) client.send(all.slice(i, i + 37))
  for (let i = 0; i < 20; i++) {
    t.is((await client.answer()).body, 'POST /open/a \r\n\r\nabc')
    t.is((await client.answer()).body, 'PUT /open/b abcde')
    const { body, interim } = await client.answer()
    t.deepEqual([body, interim], ['POST /open/c cont', [100]])
    t.is((await client.answer()).body, 'DELETE /open/d ')
    t.is((await client.answer()).body, 'GET /open/e ')
  }
  client.socket.destroy()
})

test('a thousand requests that the gateway answers itself, sent at once, are all answered', async (t) => {
  const house = await startTestHouse(t)
  const client = (await openRaw(house)).send(
    Array.from({ length: 500 }, (_, i) => rawRequest('GET /health') + rawRequest(`GET /nowhere/${i}`)).join(''),
  )
  for (let i = 0; i < 500; i++) {
    t.is((await client.answer()).status, 200)
    t.is((await client.answer()).status, 404)
  }
  t.is((await client.send(rawRequest('GET /health')).answer()).status, 200)
  client.socket.destroy()
})

test('54. five thousand requests in one packet open one connection to the upstream', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('hang')
  const client = await openRaw(house)
  client.send(rawRequest('GET /open/x').repeat(5000))
  await house.music.until(() => house.music.requestCount === 1)
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  t.is(house.music.requestCount, 1)
  t.is(house.music.openSockets, 1)
  client.reset()
  await client.closed
})

test('a client that leaves takes its request along; those whose turn has not come have never been', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('trickle')
  const client = await openRaw(house)
  client.send(rawRequest('GET /open/1') + rawRequest('GET /open/2') + rawRequest('GET /open/3'))
  await client.until((text) => text.endsWith('.\r\n'))
  client.socket.destroy()
  await house.music.until(() => house.music.abortedClients === 1)
  t.is(house.music.requestCount, 1)
  t.is(house.music.openSockets, 0)
  t.like(await house.requests.next(), { path: '/open/1', ending: 'client left' })
  await noMoreEnded(t, house)
})

test('a client that has sent more than is read, and leaves, is seen to leave', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('hang')
  for (const [i, leave] of (['reset', 'end', 'upgrade'] as const).entries()) {
    const client = await openRaw(house)
    const next = leave === 'upgrade' ? rawRequest('GET /open/ws', UPGRADE) : rawRequest('GET /open/2').repeat(2000)
    client.send(rawRequest('GET /open/1') + next)
    await house.music.until(() => house.music.requestCount === i + 1)
    if (leave === 'reset') client.reset()
    else client.socket.end()
    await house.music.until(() => house.music.abortedClients === i + 1)
    t.like(await house.requests.next(), { path: '/open/1', ending: 'client left' })
  }
  t.is(house.music.requestCount, 3)
  await noMoreEnded(t, house)
})

test('an answer that takes long goes out whole, but requests that would have to be kept for it are given up', async (t) => {
  const waiting = Promise.withResolvers<ServerResponse>()
  const upstream = await startUpstream(t, (_, response) => waiting.resolve(response))
  const house = await startBefore(t, upstream)
  const client = (await openRaw(house)).send(rawRequest('GET /open/1').repeat(2000))
  const response = await waiting.promise
  // More than the system keeps for two sides that don't read: it gets through only when they are given up.
  const begun = performance.now()
  await new Promise<void>((resolve) => client.socket.write('x'.repeat(32 * 1024 * 1024), () => resolve()))
  t.true(performance.now() - begun > 4000)
  response.end('one')
  t.is((await client.answer()).body, 'one')
  await client.closed
  t.is(client.received, '')
})

test('a gateway that stops answers what is in flight, and takes up nothing that waits', async (t) => {
  const waiting = Promise.withResolvers<ServerResponse>()
  const upstream = await startUpstream(t, (_, response) => waiting.resolve(response))
  const house = await startBefore(t, upstream)
  const client = (await openRaw(house)).send(rawRequest('GET /open/1') + rawRequest('GET /open/2'))
  const response = await waiting.promise
  const closed = house.gateway.https!.close(60_000)
  response.end('one')
  const { body, header } = await client.answer()
  t.deepEqual([body, header('connection')], ['one', ['close']])
  await Promise.all([client.closed, closed])
  t.is(client.received, '')
  t.deepEqual(
    house.requests.records.map(({ path }) => path),
    ['/open/1'],
  )
})

/** Waits for what tells nobody. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
