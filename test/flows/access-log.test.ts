import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { ends, LOOK_EVERY_MS, prepare, startPrepared } from '../faults/logging-gateway.ts'
import { LAUNCHER, skillgate } from '../support/process.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'

type Line = Record<string, unknown>

/** A gateway in a process of its own, which sends one request of each kind its answer. */
async function start(t: ExecutionContext, log: object) {
  const running = await startPrepared(t, await prepare(t, { listen: { trusted_proxies: ['127.0.0.1'] }, log }))
  const bearer = `Authorization: Bearer ${running.token}`
  const get = (target: string, lines: string[] = []) =>
    exchangeRaw(running.gateway, rawRequest(`GET ${target}`, [`User-Agent: of ${target.split('?')[0]}`, ...lines]))
  return { ...running, bearer, get }
}

type Started = Awaited<ReturnType<typeof start>>

async function sendEachKind(t: ExecutionContext, { gateway, bearer, get }: Started): Promise<void> {
  const from = 'X-Forwarded-For: 203.0.113.7'
  t.is((await get('/health?secret=in-the-query', [from])).status, 200)
  t.is((await get('/any/x?secret=in-the-query', [from, bearer])).status, 404)
  t.is((await get('/any/x', [from])).status, 401)
  t.is((await get('/nowhere', [from])).status, 404)
  t.is((await get('/dead', [from])).status, 502)
  const malformed = (await openRaw(gateway)).send('no HTTP\r\n\r\n')
  await malformed.closed
  const webSocket = (await openRaw(gateway)).send(
    rawRequest('GET /ws', [from, bearer, 'User-Agent: of /ws', ...UPGRADE]),
  )
  t.is((await webSocket.answer()).status, 101)
  webSocket.socket.end()
  await webSocket.closed
  const plain = await fetch(`http://127.0.0.1:${gateway.httpPort}/x?secret=in-the-query`, { redirect: 'manual' })
  t.is(plain.status, 308)
}

const KNOWN = { remote: '127.0.0.1', address: '203.0.113.7', listener: 'https', tls: 'TLSv1.3', sni: 'localhost' }
const SENT = { protocol: 'HTTP/1.1', method: 'GET', host: 'localhost', bytes_received: 0 }
const WHO = { user: 'ada', client: 'amazon-alexa' }
const MUSIC = { upstream: 'music-assistant' }

test('a process writes one line a request, with all that is known of it, and nothing that is secret', async (t) => {
  const running = await start(t, { format: 'json' })
  await sendEachKind(t, running)
  await ends(t, running)
  const { stderr } = running.gateway.output
  const lines: Line[] = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const ended = lines.filter(({ event }) => event === 'request ended')
  const like = (expected: Line) => {
    const agent = expected.path === undefined ? undefined : `of ${expected.path}`
    const found = ended.filter(({ path, status }) => path === expected.path && status === expected.status)
    t.is(found.length, 1, JSON.stringify(expected))
    t.like(found[0], { user_agent: agent, ...expected })
    t.regex(String(found[0]?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    t.true(Number(found[0]?.duration_ms) >= 0)
    return found[0]!
  }
  const all = { ...KNOWN, ...SENT }
  const own = like({ ...all, path: '/health', status: 200, ended: 'answered', level: 'info', route: '/health' })
  t.true(Number(own.bytes_sent) > 0 && Number(own.first_byte_ms) >= 0)
  const answered = { ...all, ...MUSIC, ...WHO, upstream_status: 404, ended: 'answered' }
  const forwarded = like({ ...answered, path: '/any/x', status: 404, route: '/any/*' })
  t.is(typeof forwarded.grant, 'string')
  const refused = { ...all, ended: 'refused' }
  like({ ...refused, path: '/any/x', status: 401, code: 'unauthorized', route: '/any/*', user: undefined })
  like({ ...refused, path: '/nowhere', status: 404, code: 'not_found', route: undefined })
  like({ ...refused, path: '/dead', status: 502, code: 'bad_gateway', upstream: 'dead', level: 'error' })
  like({ path: undefined, status: 400, ended: 'refused', code: 'malformed_request', ...KNOWN, address: undefined })
  like({ ...all, ...MUSIC, ...WHO, path: '/ws', status: 101, ended: 'closed', upgraded: true, upstream_status: 101 })
  const plain = { path: '/x', status: 308, listener: 'http', tls: undefined, user_agent: 'node' }
  like({ ...plain, ended: 'answered', remote: '127.0.0.1' })
  t.is(ended.length, 8)
  t.is(new Set(ended.map(({ id }) => id)).size, 8)
  const lasting = lines.filter(({ event }) => event === 'request lasts')
  t.deepEqual(
    lasting.map(({ path, ended }) => [path, ended]),
    [['/ws', undefined]],
  )
  t.false(stderr.includes('in-the-query'))
  t.false(stderr.includes(running.token))
})

test('where it is to be pretty, a line is for people, though nobody sits at a terminal', async (t) => {
  const running = await start(t, { format: 'pretty' })
  await sendEachKind(t, running)
  await ends(t, running)
  const lines = running.gateway.output.stderr.trimEnd().split('\n')
  const told = lines.map((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}(.*)$/.exec(line)?.[1] ?? `strange: ${line}`)
  for (const expected of [
    /^203\.0\.113\.7 GET \/health 200 in \S+ m?s, \S+ k?B$/,
    /^203\.0\.113\.7 GET \/any\/x 404 in \S+ m?s, ada by amazon-alexa, music-assistant$/,
    /^203\.0\.113\.7 GET \/any\/x 401 .*, unauthorized/,
    /^203\.0\.113\.7 GET \/dead 502 .*, dead, bad_gateway/,
    /^203\.0\.113\.7 GET \/ws 101 goes on, /,
    /^203\.0\.113\.7 GET \/ws 101 WebSocket closed, /,
  ]) {
    t.is(told.filter((line) => expected.test(line)).length, 1, `${expected}\n${told.join('\n')}`)
  }
  t.false(told.some((line) => line.startsWith('strange')))
})

test('skillgate log shows the last lines, and follows until nobody reads', async (t) => {
  const running = await start(t, { file: 'skillgate.log' })
  const { configFile, get } = running
  for (const path of ['/health', '/nowhere', '/dead']) await get(path)
  const file = join(dirname(configFile), 'skillgate.log')
  const hasLast = () => existsSync(file) && readFileSync(file, 'utf8').includes('"path":"/dead"')
  while (!hasLast()) await setTimeout(LOOK_EVERY_MS)
  const { code, stdout } = await skillgate(['log', '--last', '2', '--config', configFile])
  t.is(code, 0)
  t.regex(stdout, /^\S+ \S+ {2}127\.0\.0\.1 GET \/nowhere 404 .*\n\S+ \S+ {2}127\.0\.0\.1 GET \/dead 502 .*\n$/)

  const source = '"$NODE" "$LAUNCHER" log --follow --last 1 --config "$CONFIG" | head -1'
  const env = { ...process.env, NODE: process.execPath, LAUNCHER, CONFIG: configFile }
  const follower = spawn('sh', ['-c', source], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => follower.kill())
  const printed = text(follower.stdout)
  const closed = once(follower, 'close')
  let isOver = false
  closed.then(() => {
    isOver = true
  })
  // That nobody reads any more is noticed with the next line.
  while (!isOver) {
    await get('/health')
    await setTimeout(LOOK_EVERY_MS)
  }
  t.deepEqual(await closed, [0, null])
  t.regex(await printed, /^\S+ \S+ {2}127\.0\.0\.1 GET \/(dead 502|health 200) .*\n$/)
  await ends(t, running)
})
