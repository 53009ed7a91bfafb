import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { type MusicAssistant, startMusicAssistant } from '../../../demo/stand-in-music-assistant.ts'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { type GatewayProcess, startProcess, writeConfig } from '../../support/process.ts'
import { CONSENT, exchangeRaw, RawClient, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { startFixedUpstream, startRawUpstream } from '../../support/scripted-upstream.ts'
import { issueToken } from '../../support/tokens.ts'

/** Bytes; more than the system keeps for two sides that don't read. */
const LARGE = 16_000_000

/** For what tells nobody. */
const LOOK_EVERY_MS = 50

/** A client that keeps its half of a connection, whatever the gateway does with the other. */
async function openHalf(t: ExecutionContext, { port, ca }: { port: number; ca: string }): Promise<RawClient> {
  const tcp = connect({ port, host: 'localhost', allowHalfOpen: true }).on('error', () => {})
  const socket = connectTls({ socket: tcp, servername: 'localhost', ca, allowHalfOpen: true } as never)
  t.teardown(() => socket.destroy())
  const client = new RawClient(socket, tcp)
  await once(socket, 'secureConnect')
  return client
}

async function isAnswered(client: RawClient, expected: number): Promise<void> {
  const { status, body } = await client.answer()
  if (status !== expected) throw new Error(`${status} instead of ${expected}: ${body}`)
}

/** What a client does after it has asked for an upgrade that it doesn't get. */
const BEHAVIOURS: Record<string, (client: RawClient, request: string, status: number) => Promise<void>> = {
  async 'reads, and stays silent'(client, request, status) {
    await isAnswered(client.send(request), status)
  },
  async 'sends one byte, and ends its half'(client, request, status) {
    await isAnswered(client.send(request), status)
    client.socket.end('x')
  },
  async 'sends one byte, and is gone'(client, request, status) {
    await isAnswered(client.send(request), status)
    client.socket.write('x', () => client.socket.destroy())
  },
  async 'goes on sending'(client, request, status) {
    await isAnswered(client.send(request), status)
    client.send('x'.repeat(300_000))
  },
  async 'never reads'(client, request) {
    client.socket.pause()
    client.send(request)
  },
  async 'sends a byte along, and ends its half'(client, request) {
    client.socket.pause()
    client.socket.end(`${request}x`)
  },
}

/** An upstream for each way not to upgrade, behind a gateway that has routes to them. */
async function startBehind(t: ExecutionContext): Promise<TestHouse> {
  const upstreams = {
    answers: await startFixedUpstream(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'),
    large: await startFixedUpstream(t, `HTTP/1.1 403 No\r\nContent-Length: ${LARGE}\r\n\r\n${'x'.repeat(LARGE)}`),
    dies: await startRawUpstream(t, (socket) => socket.once('data', () => socket.destroy())),
    stops: await startFixedUpstream(t, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', (socket) =>
      socket.destroy(),
    ),
    switches: await startFixedUpstream(t, CONSENT, (socket) => socket.destroy()),
    refuses: await startFixedUpstream(t, 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
  }
  return startTestHouse(t, (config) => {
    for (const upstream of Object.keys(upstreams))
      config.routes.push({ path: `/to/${upstream}`, upstream, auth: 'none', websocket: true } as never)
    config.routes.push({
      path: '/scoped',
      upstream: 'dead',
      auth: 'bearer',
      scopes: ['user:read'],
      websocket: true,
    } as never)
    Object.assign(
      config.upstreams,
      Object.fromEntries(Object.entries(upstreams).map(([name, { url }]) => [name, { url }])),
    )
  })
}

for (const [title, behave] of Object.entries(BEHAVIOURS))
  test(`51. an upgrade that is refused or fails gives its connection back by itself, when its client ${title}`, async (t) => {
    const house = await startBehind(t)
    const bearer = `Authorization: Bearer ${await issueToken(house)}`
    const upgrade = (target: string, lines: string[] = []) => rawRequest(`GET ${target}`, [...UPGRADE, ...lines])
    await Promise.all(
      (
        [
          [upgrade('/health'), 400],
          [upgrade('/open/../x'), 400],
          [rawRequest('GET /open/x', ['Connection: Upgrade', 'Upgrade: h2c']), 400],
          [rawRequest('POST /open/x', [...UPGRADE, 'Content-Length: 4'], 'body'), 400],
          [rawRequest('CONNECT localhost:443'), 400],
          [rawRequest('GET /open/x', ['Expect: something']), 400],
          [upgrade('/ws'), 401],
          [upgrade('/scoped', [bearer]), 403],
          [upgrade('/nowhere'), 404],
          [upgrade('/dead'), 502],
          [upgrade('/to/answers'), 200],
          [upgrade('/to/large'), 403],
          [upgrade('/to/dies'), 502],
          [upgrade('/to/refuses'), 401],
          [upgrade('/alexa/token'), 405],
          [rawRequest('GET /health') + upgrade('/health'), 200],
        ] as const
      ).map(async ([request, status]) => behave(await openHalf(t, house), request, status)),
    )
    // These have no whole answer that could be waited for.
    for (const target of ['/to/stops', '/to/switches']) (await openHalf(t, house)).send(`${upgrade(target)}x`)
    while (house.gateway.https!.connections() > 0) await setTimeout(LOOK_EVERY_MS)
    t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  })

test('51. without TLS too, and where metrics are served', async (t) => {
  const house = await startTestHouse(t, (config) => Object.assign(config, { metrics: { listen: '127.0.0.1:0' } }))
  for (const { port, connections } of [house.gateway.http!, house.gateway.metrics!]) {
    for (const request of [
      rawRequest('GET /ws', UPGRADE),
      rawRequest('POST /ws', UPGRADE),
      rawRequest('GET /metrics', UPGRADE),
      rawRequest('CONNECT localhost:443'),
      'nonsense\r\n\r\n',
    ]) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
      t.teardown(() => socket.destroy())
      socket.write(`${request}x`)
      // It never reads.
      await once(socket, 'connect')
    }
    while (connections() > 0) await setTimeout(LOOK_EVERY_MS)
  }
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
})

/** A gateway in a process of its own, which can't have more than 512 descriptors. */
async function startSmall(t: ExecutionContext, music: MusicAssistant): Promise<GatewayProcess> {
  const gateway = await startProcess(t, writeConfig(t, music))
  execFileSync('prlimit', ['--pid', String(gateway.child.pid), '--nofile=512:512'])
  return gateway
}

test('51. with 512 descriptors, 900 refused upgrades keep nobody out for longer than their deadline', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const gateway = await startSmall(t, music)
  const count = () => readdirSync(`/proc/${gateway.child.pid}/fd`).length
  t.is((await exchangeRaw(gateway, rawRequest('GET /health'))).status, 200)
  const before = count()
  for (let round = 0; round < 3; round++) {
    const clients: RawClient[] = []
    for (let i = 0; i < 300; i++) {
      const client = await openHalf(t, gateway)
      t.is((await client.send(rawRequest('GET /health', UPGRADE)).answer()).status, 400)
      clients.push(client.send('x'))
    }
    // Some are still there by the end of this round, and all of them in the end.
    if (round === 0) for (const client of clients) client.socket.end()
    while (count() > before + 20) await setTimeout(LOOK_EVERY_MS)
    t.is((await exchangeRaw(gateway, rawRequest('GET /health'))).status, 200)
  }
})
