import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { askGateway } from '../../src/app/process/control-socket.ts'
import { ADA } from '../support/gateway.ts'
import { link } from '../support/linking.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'
import { skipTest } from '../support/program.ts'
import { openRaw, rawRequest } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'

const RELOADS = 200
const REQUESTS = 10_000
const WORKERS = 8
const STREAMS = 5

/** An upstream that knows how many connections it has ever had. */
async function startCounted(t: ExecutionContext) {
  const seen = new Set<Socket>()
  const upstream = await startUpstream(t, ({ socket }, response) => {
    seen.add(socket)
    response.end('fine')
  })
  return { ...upstream, connections: () => seen.size }
}

async function untilClosed({ sockets }: { sockets: Set<Socket> }): Promise<void> {
  for (const socket of sockets) if (!socket.destroyed) await once(socket, 'close')
}

test('200 reloads under 10,000 requests: none fails, no stream is cut, connections that are still good are kept', async (t) => {
  if (!existsSync('/proc/self/fd')) return skipTest(t, 'this system does not tell which descriptors are open')
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const [kept, changing] = [await startCounted(t), await startCounted(t)]
  const configFile = writeConfig(t, music)
  const values = parse(readFileSync(configFile, 'utf8'))
  values.upstreams.kept = { url: kept.url }
  values.upstreams.changing = { url: changing.url }
  for (const upstream of ['kept', 'changing']) values.routes.push({ path: `/${upstream}`, upstream, auth: 'none' })
  writeFileSync(configFile, stringify(values))
  await skillgate(['user', 'add', ADA.name, '--config', configFile], { input: `${ADA.password}\n` })
  const gateway = await startProcess(t, configFile)
  const { access } = await link(gateway)
  const headers = { authorization: `Bearer ${access}`, 'content-type': 'application/json' }
  const failures: string[] = []
  const descriptors = () => readdirSync(`/proc/${gateway.child.pid}/fd`).length

  async function reload(): Promise<void> {
    writeFileSync(configFile, stringify(values))
    const { ok, lines } = await askGateway(join(configFile, '../data'), 'reload')
    if (!ok) failures.push(...lines)
  }
  /** Then the gateway has no connection to any upstream. */
  async function replaceAllPools(seconds: number): Promise<void> {
    for (const upstream of Object.values<{ response_timeout?: number }>(values.upstreams))
      upstream.response_timeout = seconds
    await reload()
    await Promise.all([untilClosed(kept), untilClosed(changing), music.until(() => music.openSockets === 0)])
  }

  const client = () =>
    new Pool(`https://localhost:${gateway.port}`, { connections: WORKERS, connect: { ca: gateway.ca } })
  const kinds = [
    { path: '/kept', method: 'GET' },
    { path: '/changing', method: 'GET' },
    { path: '/api', method: 'POST', headers, body: '{"command":"players/all"}' },
    { path: '/health', method: 'GET' },
  ] as const
  async function send(pool: Pool, number: number): Promise<void> {
    const asked = kinds[number % kinds.length]!
    try {
      const { statusCode, body } = await pool.request(asked)
      await body.dump()
      if (statusCode !== 200) failures.push(`${asked.path}: ${statusCode}`)
    } catch (error) {
      failures.push(`${asked.path}: ${error}`)
    }
  }

  // What is opened once, and stays, is open after these.
  const warmUp = client()
  for (let i = 0; i < 40; i++) await send(warmUp, i)
  await warmUp.close()
  await replaceAllPools(98)
  const before = descriptors()
  const connectionsBefore = kept.connections()

  const streams = []
  for (let i = 0; i < STREAMS; i++) {
    music.misbehave('trickle', { times: 1 })
    const stream = (await openRaw(gateway)).send(rawRequest(`GET /any/${i}`, [`Authorization: Bearer ${access}`]))
    await stream.until((text) => text.endsWith('.\r\n'))
    streams.push(stream)
  }
  const webSockets = []
  for (let i = 0; i < STREAMS; i++) {
    const webSocket = new WebSocket(`wss://localhost:${gateway.port}/ws`, { ca: gateway.ca, headers })
    await once(webSocket, 'message')
    webSockets.push(webSocket)
  }

  const pool = client()
  let sent = 0
  let answered = 0
  const reloadsDone = Promise.withResolvers<void>()
  let due = Promise.withResolvers<void>()
  async function work(): Promise<void> {
    while (sent < REQUESTS) {
      await send(pool, sent++)
      answered++
      due.resolve()
    }
    await reloadsDone.promise
  }
  async function reloadAgainAndAgain(): Promise<void> {
    for (let i = 1; i <= RELOADS; i++) {
      while (answered < (i * REQUESTS) / RELOADS - WORKERS) {
        due = Promise.withResolvers()
        await due.promise
      }
      values.upstreams.changing.response_timeout = 100 + i
      values.oauth.clients[2].name = `Phone app ${i}`
      if (i % 2) values.routes.push({ path: '/new', auth: 'none', redirect: '/health' })
      else values.routes.pop()
      await reload()
    }
    reloadsDone.resolve()
  }
  await Promise.all([reloadAgainAndAgain(), ...Array.from({ length: WORKERS }, work)])
  t.deepEqual(failures, [])
  t.is(answered, REQUESTS)

  // Never more than there are requests at once.
  t.true(kept.connections() - connectionsBefore <= WORKERS, `${kept.connections()} connections`)
  t.true(changing.connections() >= RELOADS / 2)
  for (const stream of streams) {
    const { length } = stream.received
    await stream.until((text) => text.length > length)
  }
  for (const webSocket of webSockets) {
    const pong = once(webSocket, 'pong')
    webSocket.ping()
    await pong
  }

  for (const { socket } of streams) socket.destroy()
  for (const webSocket of webSockets) webSocket.terminate()
  await pool.close()
  await replaceAllPools(99)
  t.deepEqual(failures, [])
  // The kernel tells nobody when a descriptor is closed.
  while (descriptors() > before) await setTimeout(20)
  t.true(descriptors() <= before)
  t.is(await gateway.stop(), 0)
})
