import { once } from 'node:events'
import test, { type ExecutionContext } from 'ava'
import { WebSocket } from 'ws'
import { startBefore, startImpatient } from '../../support/before-upstream.ts'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { startFixedUpstream, startUpstream } from '../../support/scripted-upstream.ts'
import { issueToken } from '../../support/tokens.ts'

type Json = Record<string, unknown>

/** A WebSocket through the gateway, as a client of Music Assistant opens it. */
async function openWebSocket(t: ExecutionContext, house: TestHouse) {
  const headers = { authorization: `Bearer ${await issueToken(house)}` }
  const socket = new WebSocket(`wss://localhost:${house.port}/ws`, { ca: house.ca, headers })
  t.teardown(() => socket.terminate())
  const messages: Json[] = []
  socket.on('error', () => {})
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  const next = async (): Promise<Json> => {
    while (messages.length === 0) await once(socket, 'message')
    return messages.shift()!
  }
  return { socket, next, say: (message: Json) => socket.send(JSON.stringify(message)) }
}

function upgradeRequest(token?: string, target = '/ws'): string {
  return rawRequest(`GET ${target}`, [...UPGRADE, ...(token ? [`Authorization: Bearer ${token}`] : [])])
}

/** The gateway still works, and holds nothing of the upstream's. */
async function allGivenBack(t: ExecutionContext, house: TestHouse): Promise<void> {
  await house.music.until(() => house.music.openWebSockets === 0 && house.music.openSockets === 0)
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
}

test('messages go both ways, small and large, and the upstream knows who is speaking', async (t) => {
  const house = await startTestHouse(t)
  const { socket, next, say } = await openWebSocket(t, house)
  t.truthy((await next()).server_id)
  const seen = house.music.lastRequest!
  t.deepEqual(
    [seen.url, seen.header('x-remote-user-name'), seen.header('x-auth-client-id')],
    ['/ws', ['ada'], ['amazon-alexa']],
  )
  t.deepEqual(seen.header('host'), [new URL(house.music.url).host])
  say({ message_id: '1', command: 'auth', args: { token: house.music.createToken('anna') } })
  t.is((await next()).message_id, '1')
  say({ message_id: '2', command: 'players/all', padding: 'x'.repeat(1_000_000) })
  t.is((await next()).message_id, '2')
  t.true(seen.messages[1]!.length > 1_000_000)
  house.music.publish({ event: 'test', object_id: 'o', data: 'y'.repeat(1_000_000) })
  t.is(String((await next()).data).length, 1_000_000)
  socket.close(1000)
  const [code] = await once(socket, 'close')
  t.is(code, 1000)
  await allGivenBack(t, house)
})

test('a WebSocket lives on in silence for longer than an upstream may take to answer', async (t) => {
  const house = await startImpatient(t)
  const { socket, next, say } = await openWebSocket(t, house)
  await next()
  house.music.misbehave('hang', { times: 1 })
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 504)
  house.music.misbehave('hang', { times: 1 })
  t.is((await exchangeRaw(house, upgradeRequest(undefined, '/open/x'))).status, 504)
  t.is(socket.readyState, socket.OPEN)
  say({ message_id: '1', command: 'auth', args: {} })
  t.is((await next()).message_id, '1')
})

test('a WebSocket needs what any request needs', async (t) => {
  const house = await startTestHouse(t, ({ routes }) => {
    routes[1]!.scopes = ['music.control']
  })
  const status = async (token?: string, target?: string) =>
    (await exchangeRaw(house, upgradeRequest(token, target))).status
  t.is(await status(), 401)
  t.is(await status('u'.repeat(43)), 401)
  t.is(await status(await issueToken(house, ['music.read'])), 403)
  const token = await issueToken(house)
  t.is(await status(token, '/nowhere'), 404)
  // Routes that take no WebSockets, and the gateway's own.
  t.is(await status(token, '/any/x'), 400)
  t.is(await status(token, '/health'), 400)
  t.is(house.music.requestCount, 0)
  t.is(await status(token), 101)
})

test('what an upstream answers instead of upgrading is passed on whole', async (t) => {
  const long = 'long '.repeat(400_000)
  const upstream = await startUpstream(t, ({ url }, response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2'])
    if (url === '/open/length') response.writeHead(404, { 'Content-Length': long.length }).end(long)
    else response.writeHead(400, 'Not Today', { 'X-Why': 'because' }).write(long, () => response.end('end'))
  })
  const house = await startBefore(t, upstream)
  const length = await exchangeRaw(house, upgradeRequest(undefined, '/open/length'))
  t.deepEqual([length.status, length.body.length], [404, long.length])
  const chunks = await exchangeRaw(house, upgradeRequest(undefined, '/open/chunks'))
  t.deepEqual([chunks.status, chunks.header('x-why'), chunks.header('set-cookie')], [400, ['because'], ['a=1', 'b=2']])
  t.is(chunks.body, `${long}end`)
})

test("an upstream's 401 to an upgrade is the gateway's fault where the gateway let the caller in", async (t) => {
  const upstream = await startFixedUpstream(t, 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno')
  const house = await startBefore(t, upstream)
  const refused = await exchangeRaw(house, upgradeRequest(await issueToken(house)))
  t.deepEqual([refused.status, JSON.parse(refused.body).error], [502, 'upstream_refused_gateway'])
  const open = await exchangeRaw(house, upgradeRequest(undefined, '/open/x'))
  t.deepEqual([open.status, open.body], [401, 'no'])
})

test('an upstream that hangs gives 504 to an upgrade', async (t) => {
  const house = await startImpatient(t)
  const token = await issueToken(house)
  house.music.misbehave('hang', { times: 1 })
  const slow = await exchangeRaw(house, upgradeRequest(token))
  t.deepEqual([slow.status, JSON.parse(slow.body).error], [504, 'gateway_timeout'])
  await allGivenBack(t, house)
})

test('an upstream that is dead or dies gives 502 to an upgrade', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  t.is((await exchangeRaw(house, upgradeRequest(undefined, '/dead'))).status, 502)
  for (const kind of ['reset', 'die-mid-headers'] as const) {
    house.music.misbehave(kind, { times: 1 })
    const { status, body } = await exchangeRaw(house, upgradeRequest(token))
    t.deepEqual([status, JSON.parse(body).error], [502, 'bad_gateway'], kind)
  }
  await allGivenBack(t, house)
})

test('an upstream that dies within a WebSocket ends it, and nothing else', async (t) => {
  const house = await startTestHouse(t)
  for (const kind of ['die-mid-body', 'die-mid-chunk'] as const) {
    house.music.misbehave(kind, { times: 1 })
    const { socket } = await openWebSocket(t, house)
    await once(socket, 'close')
  }
  for (let i = 0; i < 10; i++) {
    const { socket, next } = await openWebSocket(t, house)
    await next()
    house.music.dropConnections()
    const [code] = await once(socket, 'close')
    t.is(code, 1006)
  }
  await allGivenBack(t, house)
})

test('a client may reset its connection at any moment of an upgrade', async (t) => {
  const house = await startTestHouse(t, ({ upstreams }) => {
    upstreams['music-assistant'].response_timeout = 3600
  })
  const token = await issueToken(house)
  // Before anything is answered, also where the answer would be a refusal.
  for (const request of [
    upgradeRequest(token),
    upgradeRequest(),
    upgradeRequest(undefined, '/open/x'),
    upgradeRequest(undefined, '/dead'),
  ])
    for (let i = 0; i < 10; i++) {
      const client = await openRaw(house)
      client.socket.write(request, () => client.reset())
      await client.closed
    }
  // While the upstream thinks it over.
  for (let i = 0; i < 5; i++) {
    house.music.misbehave('hang', { times: 1 })
    const { requestCount, abortedClients } = house.music
    const client = (await openRaw(house)).send(upgradeRequest(token))
    await house.music.until(() => house.music.requestCount > requestCount)
    client.reset()
    await house.music.until(() => house.music.abortedClients > abortedClients)
  }
  // When all is set up, and while the upstream goes on sending.
  for (const kind of [undefined, 'trickle'] as const)
    for (let i = 0; i < 5; i++) {
      house.music.misbehave(kind, { times: 1 })
      const client = (await openRaw(house)).send(upgradeRequest(token))
      t.is((await client.answer()).status, 101)
      client.reset()
      await client.closed
    }
  await allGivenBack(t, house)
})

test('a client that ends its half of the connection gets it ended', async (t) => {
  const house = await startTestHouse(t)
  const client = (await openRaw(house)).send(upgradeRequest(await issueToken(house)))
  t.is((await client.answer()).status, 101)
  client.socket.end()
  await client.closed
  await allGivenBack(t, house)
})

test('what the client sends along with its upgrade reaches the upstream', async (t) => {
  const house = await startTestHouse(t)
  // A masked text frame, "hi".
  const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])
  const client = await openRaw(house)
  client.send(Buffer.concat([Buffer.from(upgradeRequest(await issueToken(house))), frame]))
  t.is((await client.answer()).status, 101)
  await house.music.until(() => house.music.lastRequest?.messages[0] === 'hi')
  client.socket.destroy()
  await allGivenBack(t, house)
})
