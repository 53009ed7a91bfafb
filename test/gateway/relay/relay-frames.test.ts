import { createHash } from 'node:crypto'
import { once } from 'node:events'
import test, { type ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { startMessageServer } from '../../support/message-server.ts'
import { asMusicAssistant, type Json, openMusicClient } from '../../support/music-client.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

const MEGABYTE = 1024 * 1024

/** A gateway before a server that says what the test says. */
async function startBeforeServer(t: ExecutionContext, options?: Parameters<typeof startMessageServer>[1]) {
  const server = await startMessageServer(t, options)
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.upstreams['music-assistant'].url = server.url
  })
  return { server, house, token: await issueToken(house) }
}

/** Nothing changes any more while the gateway, which is in this process, answers a hundred requests. */
async function untilStill(house: TestHouse, count: () => number): Promise<void> {
  let before = -1
  while (count() !== before) {
    before = count()
    for (let i = 0; i < 100; i++) await exchangeRaw(house, rawRequest('GET /health'))
  }
}

function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

for (const perMessageDeflate of [false, true]) {
  const how = perMessageDeflate ? 'with permessage-deflate' : 'without compression'

  test.serial(`1,500 items come as partial results, in their order, ${how}`, async (t) => {
    const frames = [500, 500, 500, 0].map((items, at) =>
      JSON.stringify({
        message_id: 'id-1',
        result: Array.from({ length: items }, (_, i) => ({ name: `Track ${at * 500 + i} – Größe` })),
        partial: at < 3,
      }),
    )
    const { house, token } = await startBeforeServer(t, {
      onMessage: (socket) => {
        for (const frame of frames) socket.send(frame)
      },
    })
    const client = await openMusicClient(t, house, { token, perMessageDeflate })
    await client.next()
    client.say({ message_id: 'id-1', command: 'music/playlists/playlist_tracks' })
    for (const frame of frames) t.deepEqual(await client.next(), JSON.parse(frame))
    t.is(client.socket.extensions, perMessageDeflate ? 'permessage-deflate' : '')
  })

  test.serial(`one frame of 4 MB and one of 40 MB come as they were sent, ${how}`, async (t) => {
    const big = [4, 40].map((size) =>
      JSON.stringify({ message_id: '1', result: 'é0123456789abcdef'.repeat((size * MEGABYTE) / 18), partial: false }),
    )
    const { house, token } = await startBeforeServer(t, {
      onMessage: (socket) => {
        for (const frame of big) socket.send(frame)
      },
    })
    const client = await openMusicClient(t, house, { token, perMessageDeflate, maxPayload: 64 * MEGABYTE })
    await client.next()
    const came: string[] = []
    client.socket.removeAllListeners('message')
    client.socket.on('message', (data) => came.push(digest(data as Buffer)))
    client.say({ message_id: '1', command: 'music/tracks/library_items' })
    while (came.length < 2) await once(client.socket, 'message')
    t.deepEqual(came, big.map(digest))
  })
}

/** A client that has been told of the server, and signed in there. */
async function openSignedIn(t: ExecutionContext) {
  const { server, house, token } = await startBeforeServer(t)
  const client = await openMusicClient(t, house, { token })
  await client.next()
  await server.until(() => server.clients[0]?.heard.length === 1)
  return { server, house, client }
}

test.serial('a command of many megabytes, in pieces, goes on as one', async (t) => {
  const { server, house, token } = await startBeforeServer(t)
  const client = await openMusicClient(t, house, { token })
  await client.next()
  const text = JSON.stringify({ message_id: '1', command: 'players/all', args: { long: 'y'.repeat(10 * MEGABYTE) } })
  for (let at = 0; at < text.length; at += MEGABYTE)
    client.socket.send(text.slice(at, at + MEGABYTE), { fin: at + MEGABYTE >= text.length })
  await server.until(() => server.clients[0]?.heard.length === 2)
  t.is(server.clients[0]!.heard[1], text)
})

test.serial('a client that does not read stops the reading from the server, and gets all of it later', async (t) => {
  const count = 400
  const { server, house, client } = await openSignedIn(t)
  client.socket.pause()
  const { socket } = server.clients[0]!
  const event = JSON.stringify({ event: 'x', object_id: null, data: 'z'.repeat(MEGABYTE / 4) })
  let taken = 0
  for (let i = 0; i < count; i++) socket.send(event, () => taken++)
  // 100 MB: what the kernels and the gateway hold on the way is far less than what waits at the server.
  await untilStill(house, () => taken)
  t.true(taken < count / 2, `${taken} of ${count} were taken`)
  t.true(socket.bufferedAmount > 40 * MEGABYTE)
  let came = 0
  client.socket.on('message', () => came++)
  client.socket.resume()
  while (came < count) await once(client.socket, 'message')
  t.is(came, count)
})

test.serial('pongs that nobody asked for stop the reading from the server as well', async (t) => {
  const count = 160_000
  const { server, house, client } = await openSignedIn(t)
  client.socket.pause()
  const { socket } = server.clients[0]!
  const data = Buffer.alloc(125)
  let taken = 0
  for (let i = 0; i < count; i++) socket.pong(data, false, () => taken++)
  // 20 MB, of which the kernels hold a part.
  await untilStill(house, () => taken)
  t.true(taken < count, 'all of them were taken')
  let ponged = 0
  client.socket.on('pong', () => ponged++)
  client.socket.resume()
  while (ponged < count) await once(client.socket, 'pong')
  t.is(taken, count)
})

test.serial('a server that does not read stops the reading from the client', async (t) => {
  const { server, house, client } = await openSignedIn(t)
  server.clients[0]!.socket.pause()
  const message = JSON.stringify({ message_id: '1', command: 'players/all', args: { long: 'y'.repeat(MEGABYTE / 4) } })
  let taken = 0
  for (let i = 0; i < 400; i++) client.socket.send(message, () => taken++)
  await untilStill(house, () => taken)
  t.true(taken < 200, `${taken} were taken`)
  server.clients[0]!.socket.resume()
  await server.until(() => server.clients[0]?.heard.length === 401)
  t.pass()
})

test.serial(
  'pings of the server are answered by the gateway and reach the client, those of the client reach the server',
  async (t) => {
    const { server, house, token } = await startBeforeServer(t)
    const client = await openMusicClient(t, house, { token })
    await client.next()
    await server.until(() => server.clients[0]?.heard.length === 1)
    const { socket } = server.clients[0]!
    // A day of idling is this, again and again; nothing in between has a clock.
    for (let i = 0; i < 25; i++) {
      const data = Buffer.from(`ping ${i}`)
      const [ponged, pinged] = [once(socket, 'pong'), once(client.socket, 'ping')]
      socket.ping(data)
      t.deepEqual([(await ponged)[0], (await pinged)[0]], [data, data])
    }
    const atServer = once(socket, 'ping')
    client.socket.ping('are you there')
    t.is(String((await atServer)[0]), 'are you there')
    const atClient = once(client.socket, 'pong')
    socket.pong('I am')
    t.is(String((await atClient)[0]), 'I am')
    t.is(client.socket.readyState, client.socket.OPEN)
  },
)

test.serial(
  'a client that is gone without a word shows at the third ping, and the server gets its connection back',
  async (t) => {
    const { server, house, token } = await startBeforeServer(t)
    const client = await openMusicClient(t, house, { token, autoPong: false })
    await client.next()
    await server.until(() => server.clients[0]?.heard.length === 1)
    const { socket } = server.clients[0]!
    for (let i = 0; i < 3; i++) {
      const ponged = once(socket, 'pong')
      socket.ping()
      await ponged
    }
    t.is((await client.closed).code, 1006)
    await server.until(() => server.clients.length === 0)
    t.like(await house.requests.next(), { ending: 'client left' })
  },
)

test.serial('while nobody has signed in a ping is answered by the gateway', async (t) => {
  const { house } = await startBeforeServer(t)
  const client = await openMusicClient(t, house)
  const ponged = once(client.socket, 'pong')
  client.socket.ping('hello')
  t.is(String((await ponged)[0]), 'hello')
})

for (const [code, reason] of [
  [1000, ''],
  [1012, 'restarting'],
  [4001, 'own'],
] as const) {
  test.serial(`a Close frame with ${code} passes both ways`, async (t) => {
    const { server, house, token } = await startBeforeServer(t)
    const first = await openMusicClient(t, house, { token })
    await server.until(() => server.clients[0]?.heard.length === 1)
    server.clients[0]!.socket.close(code, reason)
    t.deepEqual(await first.closed, { code, reason })
    await server.until(() => server.clients.length === 0)
    const second = await openMusicClient(t, house, { token })
    await server.until(() => server.clients[0]?.heard.length === 1)
    const closed = once(server.clients[0]!.socket, 'close')
    second.socket.close(code, reason)
    t.is((await closed)[0], code)
  })
}

test.serial('a server that dies is told as a Close frame', async (t) => {
  const { server, house, token } = await startBeforeServer(t)
  const client = await openMusicClient(t, house, { token })
  await server.until(() => server.clients[0]?.heard.length === 1)
  server.clients[0]!.tcp.resetAndDestroy()
  t.is((await client.closed).code, 1014)
  t.like(await house.requests.next(), { ending: 'upstream broke off', upstreamStatus: 101 })
})

test.serial('results that no JSON parser would read pass untouched, binary ones too', async (t) => {
  const frames = ['{"message_id":"1","result":1e999}', '[]', 'no json', '{"a":1,"a":2}']
  const { house, token } = await startBeforeServer(t, {
    onMessage: (socket) => {
      for (const frame of frames) socket.send(frame)
      socket.send(Buffer.from([1, 2, 3]))
    },
  })
  const client = await openMusicClient(t, house, { token })
  await client.next()
  client.socket.removeAllListeners('message')
  const came: [string, boolean][] = []
  client.socket.on('message', (data, isBinary) => came.push([(data as Buffer).toString('latin1'), isBinary]))
  client.say({ message_id: '1', command: 'players/all' } satisfies Json)
  while (came.length < 5) await once(client.socket, 'message')
  t.deepEqual(came, [...frames.map((frame) => [frame, false] as [string, boolean]), ['\x01\x02\x03', true]])
})
