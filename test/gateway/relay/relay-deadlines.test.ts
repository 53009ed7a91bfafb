import { createHash } from 'node:crypto'
import test from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { startMessageServer } from '../../support/message-server.ts'
import { ALLOWED, heldTimers, startRelay } from '../../support/relayed.ts'
import { startRawUpstream } from '../../support/scripted-upstream.ts'

test('who has not signed in within 10 s is closed, and has had nothing of the upstream', async (t) => {
  const server = await startMessageServer(t)
  const { after, pending } = heldTimers()
  const { open, outcomes } = await startRelay(t, server.url, { after })
  const client = await open()
  await client.until(1)
  const [[run, milliseconds]] = [...pending] as [[() => void, number]]
  t.is(milliseconds, 10_000)
  run()
  t.deepEqual(await client.closed, { code: 1008, reason: 'sign in within 10 s' })
  t.like(await outcomes[0], { ending: 'timed out', upstreamStatus: undefined })
  t.is(server.clients.length, 0)
})

test('once it is open no timer runs: it may be idle for as long as it likes', async (t) => {
  const server = await startMessageServer(t)
  const { after, pending } = heldTimers()
  const late = await startRelay(t, server.url, { after })
  const stranger = await late.open()
  stranger.signIn()
  await stranger.until(2)
  t.is(pending.size, 0)
  const early = await startRelay(t, server.url, { after, allowed: ALLOWED })
  const known = await early.open()
  known.signIn()
  await known.until(2)
  t.is(pending.size, 0)
})

test('a server that never greets or never answers is told as that, to whoever waits', async (t) => {
  for (const signIn of [true, false]) {
    // The one says nothing at all, the other nothing to the sign-in.
    const server = signIn ? await startSilentServer(t) : await startMessageServer(t, { signIn: false })
    const { after, pending } = heldTimers()
    const { open, outcomes, exchanges, upstream } = await startRelay(t, server.url, { after })
    const client = await open()
    client.signIn()
    while (![...pending.values()].includes(60_000)) await new Promise((resolve) => setImmediate(resolve))
    for (const run of pending.keys()) run()
    t.is((await client.closed).code, 1013)
    t.like(client.said[1], { message_id: 'a', error_code: 999 })
    t.like(await outcomes[0], { ending: 'refused', upstreamStatus: 101 })
    t.is(exchanges[0]!.record.refusal?.code, 'gateway_timeout')
    t.false(upstream.reachable)
  }
})

test('a database that cannot be read is never an invalid token', async (t) => {
  const server = await startMessageServer(t)
  const fails = [
    () => {
      throw new StorageError('the disk is gone')
    },
    () => Promise.reject(new StorageError('the disk is gone')),
  ]
  for (const decideToken of fails) {
    const { open, exchanges } = await startRelay(t, server.url, { decideToken })
    const client = await open()
    client.signIn()
    t.is((await client.closed).code, 1013)
    t.like(client.said[1], { message_id: 'a', error_code: 999 })
    t.is(exchanges[0]!.record.refusal?.code, 'store_unavailable')
  }
  t.is(server.clients.length, 0)
})

test('who signs in when all places are taken waits for one, and gives it back', async (t) => {
  const server = await startMessageServer(t)
  const { open, upstream, outcomes } = await startRelay(t, server.url)
  const [first, second, third] = [await open(), await open(), await open()]
  first.signIn()
  await first.until(2)
  second.signIn()
  third.signIn()
  while (upstream.tunnels.waiting < 2) await new Promise((resolve) => setImmediate(resolve))
  t.is(server.clients.length, 1)
  first.socket.close()
  await second.until(2)
  // Whoever leaves while waiting takes nobody's place.
  third.socket.terminate()
  second.socket.close()
  await Promise.all(outcomes)
  const last = await open()
  last.signIn()
  await last.until(2)
  t.like(last.said[1], { message_id: 'a', partial: false })
})

test('a dead upstream is 999 to a client that has signed in, and its token is not blamed', async (t) => {
  const { open, exchanges } = await startRelay(t, 'http://127.0.0.1:1')
  const client = await open()
  client.signIn()
  t.is((await client.closed).code, 1013)
  t.like(client.said[1], { error_code: 999 })
  t.is(exchanges[0]!.record.refusal?.code, 'bad_gateway')
})

test("a person's link that is over is an invalid token, whoever notices it", async (t) => {
  const server = await startMessageServer(t, {
    signIn: false,
    onMessage: (socket, text) => socket.send(JSON.stringify({ ...JSON.parse(text), error_code: 23, details: 'gone' })),
  })
  const over = () => new GatewayError('upstream_refused_person', 'their token is over')
  const passages = [
    async () => ({ headers: [], credentials: 'Bearer theirs', refusalOf: over }),
    async () => {
      throw over()
    },
  ]
  for (const letIn of passages) {
    const { open, exchanges } = await startRelay(t, server.url, { letIn })
    const client = await open()
    client.signIn()
    t.is((await client.closed).code, 1008)
    t.like(client.said[1], { message_id: 'a', error_code: 23 })
    t.is(exchanges[0]!.record.refusal?.code, 'upstream_refused_person')
  }
})

test('a browser that is signed in has no token of ours to show, and is answered as who it is', async (t) => {
  const server = await startMessageServer(t)
  const { token: _, ...session } = ALLOWED
  const decideToken = () => t.fail('it is not asked for') as never
  const { open } = await startRelay(t, server.url, { allowed: { ...session, session: 'id' }, decideToken })
  const client = await open()
  client.signIn()
  await client.until(2)
  t.like(client.said[1], { message_id: 'a', result: { authenticated: true } })
  await server.until(() => server.clients[0]?.heard.length === 1)
  t.deepEqual(JSON.parse(server.clients[0]!.heard[0]!).args, { token: 'theirs' })
})

test("the gateway's own token that is refused is not the client's fault", async (t) => {
  const server = await startMessageServer(t, {
    signIn: false,
    onMessage: (socket, text) => socket.send(JSON.stringify({ ...JSON.parse(text), error_code: 23, details: 'gone' })),
  })
  const refusalOf = () => new GatewayError('upstream_refused_gateway', 'renew it')
  const letIn = async () => ({ headers: [], credentials: 'Bearer theirs', refusalOf })
  const { open, exchanges } = await startRelay(t, server.url, { letIn })
  const client = await open()
  client.signIn()
  t.is((await client.closed).code, 1013)
  t.like(client.said[1], { message_id: 'a', error_code: 999 })
  t.is(exchanges[0]!.record.refusal?.code, 'upstream_refused_gateway')
})

/** Upgrades, and says nothing more. */
function startSilentServer(t: Parameters<typeof startRawUpstream>[0]) {
  return startRawUpstream(t, (socket) => {
    socket.once('data', (request) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(String(request))?.[1] as string
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
    })
  })
}
