import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { watchConfiguration } from '../../../src/app/reloading/watch-configuration.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { breakStore } from '../../support/break-store.ts'
import { Browser } from '../../support/browser.ts'
import { startTestHouse, type TestConfig } from '../../support/gateway.ts'
import { approve, callApi, exchange, link, openAuthorize } from '../../support/linking.ts'
import { checkWithPromtool, documentedMetrics, exposedMetrics } from '../../support/metrics.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

const AT = { metrics: { listen: '127.0.0.1:0' } }

async function open(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const house = await startTestHouse(t, (config) => {
    Object.assign(config, AT)
    change(config)
  })
  const ask = (path: string, method = 'GET') => askMetrics(house.gateway.metrics!.port, path, method)
  const metrics = async () => (await ask('/metrics')).body
  /** The lines of a metric whose value isn't 0. */
  const valuesOf = async (name: string) => linesOf(await metrics(), name)
  /** All that a client has its answer of is counted once the response has closed. */
  async function untilEnded(count: number) {
    while (house.requests.records.length < count) await setImmediate()
    house.requests.records.splice(0, count)
  }
  return { house, ask, metrics, valuesOf, untilEnded }
}

/** On a connection of its own, which is counted as long as it is open. */
function askMetrics(port: number, path: string, method: string) {
  return new Promise<{ status?: number; type?: string; allow?: string; body: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const { 'content-type': type, allow } = response.headers
      text(response).then((body) => resolve({ status: response.statusCode, type, allow, body }), reject)
    })
    sent.on('error', reject).end()
  })
}

function linesOf(metrics: string, name: string): string[] {
  return metrics.split('\n').filter((line) => line.startsWith(`${name}{`) && !line.endsWith(' 0'))
}

/** By everything but its name: `route="/x",method="GET",status="200",outcome="answered"`. */
function countsOf(metrics: string, name: string): Record<string, number> {
  return Object.fromEntries(
    linesOf(metrics, name).map((line) => {
      const [, labels = '', value] = /^\w+\{(.*)\} (\S+)$/.exec(line) ?? []
      return [labels, Number(value)]
    }),
  )
}

/** What clients make up, and people's names; none of it may be counted under. */
const NOT_FOR_ANYBODY = /made|\bada\b|lovelace|propfind|127\.0\.0\.1/i
const MADE_UP = ['User-Agent: Made-Up/1.0', 'X-Made-Up: made up', 'Cookie: made=up', 'Referer: https://made.up/']

/** One request of each kind. @returns what has to be counted, by labels. */
async function sendEachKind(t: ExecutionContext, { house, untilEnded }: Awaited<ReturnType<typeof open>>) {
  const send = async (line: string, status: number, lines: string[] = [], body = '') => {
    const answer = await exchangeRaw(house, rawRequest(line, [...MADE_UP, ...lines], body))
    t.is(answer.status, status, line)
    await untilEnded(1)
  }
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  t.is((await callApi(house, await issueToken(house))).status, 200)
  await untilEnded(1)
  await send('GET /imageproxy/made-up?made=up', 200)
  await send('POST /api', 401)
  await send('POST /api', 401, [`Authorization: Bearer ${'made-up'.repeat(7)}`])
  await send('GET /api', 405)
  await send('GET /made-up?made=up', 404)
  await send('PROPFIND /made-up', 400)
  await send('GET /dead', 502)
  await send('GET /any/made/up', 404, [bearer])
  await send('GET /ws', 400, [bearer])
  await send('GET /health', 200)
  await send('GET /.well-known/oauth-authorization-server', 200)
  await send('GET /made-up', 400, ['Host: made.up'])
  const malformed = (await openRaw(house)).send('made up\r\n\r\n')
  t.is((await malformed.answer()).status, 400)
  await untilEnded(1)
  await fetch(`http://127.0.0.1:${house.gateway.http!.port}/made-up`, { redirect: 'manual' })
  await untilEnded(1)
  return {
    'route="/api",method="POST",status="200",outcome="answered"': 1,
    'route="/imageproxy/*",method="GET",status="200",outcome="answered"': 1,
    'route="/api",method="POST",status="401",outcome="refused"': 2,
    'route="none",method="GET",status="405",outcome="refused"': 1,
    'route="none",method="GET",status="404",outcome="refused"': 1,
    'route="/dead",method="GET",status="502",outcome="refused"': 1,
    'route="/any/*",method="GET",status="404",outcome="answered"': 1,
    'route="/ws",method="GET",status="400",outcome="answered"': 1,
    'route="/health",method="GET",status="200",outcome="answered"': 1,
    'route="/.well-known/oauth-authorization-server",method="GET",status="200",outcome="answered"': 1,
    'route="none",method="GET",status="400",outcome="refused"': 1,
    'route="none",method="other",status="400",outcome="refused"': 2,
    'route="none",method="GET",status="308",outcome="answered"': 1,
  }
}

test('each kind of request is counted once, under what the gateway calls it', async (t) => {
  const opened = await open(t)
  const expected = await sendEachKind(t, opened)
  const metrics = await opened.metrics()
  t.deepEqual(countsOf(metrics, 'skillgate_requests_total'), expected)
  t.deepEqual(countsOf(metrics, 'skillgate_refusals_total'), {
    'code="unauthorized"': 1,
    'code="invalid_token"': 1,
    'code="method_not_allowed"': 1,
    'code="not_found"': 1,
    'code="bad_gateway"': 1,
    'code="ambiguous_request"': 2,
    'code="malformed_request"': 1,
  })
  const durations = countsOf(metrics, 'skillgate_request_duration_seconds_count')
  t.is(durations['route="/api"'], 3)
  t.is(durations['route="none"'], 6)
  t.notRegex(metrics, NOT_FOR_ANYBODY)
})

test('what is open and what is the case is told as it is at that moment', async (t) => {
  const { house, metrics, untilEnded } = await open(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const before = await metrics()
  t.deepEqual(countsOf(before, 'skillgate_open_tunnels'), {})
  t.deepEqual(countsOf(before, 'skillgate_upstream_up'), {
    'upstream="music-assistant"': 1,
    'upstream="music-assistant-open"': 1,
    'upstream="dead"': 1,
  })
  const { notAfter } = house.prepared.certificates()[0]!
  t.deepEqual(countsOf(before, 'skillgate_certificate_expiry_time_seconds'), {
    'certificate="dev.jasonhollis.com",source="local",key_type="rsa"': notAfter / 1000,
  })

  const idle = await openRaw(house)
  const webSockets = [await openRaw(house), await openRaw(house)]
  for (const one of webSockets) {
    t.is((await one.send(rawRequest('GET /ws', [bearer, ...UPGRADE])).answer()).status, 101)
  }
  t.is((await exchangeRaw(house, rawRequest('GET /dead'))).status, 502)
  await untilEnded(1)
  while (house.gateway.https!.connections() > 3) await setImmediate()
  const during = await metrics()
  t.deepEqual(countsOf(during, 'skillgate_open_tunnels'), { 'route="/ws"': 2 })
  t.deepEqual(countsOf(during, 'skillgate_open_connections'), { 'listener="https"': 3, 'listener="metrics"': 1 })
  t.deepEqual(countsOf(during, 'skillgate_upstream_up'), {
    'upstream="music-assistant"': 1,
    'upstream="music-assistant-open"': 1,
  })

  for (const one of [idle, ...webSockets]) one.socket.end()
  await untilEnded(2)
  while (house.gateway.https!.connections() > 0) await setImmediate()
  const after = await metrics()
  t.deepEqual(countsOf(after, 'skillgate_open_tunnels'), {})
  t.deepEqual(countsOf(after, 'skillgate_open_connections'), { 'listener="metrics"': 1 })
  const ended = countsOf(after, 'skillgate_requests_total')
  t.is(ended['route="/ws",method="GET",status="101",outcome="closed"'], 2)
  t.is(countsOf(after, 'skillgate_request_duration_seconds_count')['route="/ws"'], undefined)
})

test('an upstream that is back is told to be up again', async (t) => {
  const { house, valuesOf, untilEnded } = await open(t)
  house.music.misbehave('reset', { times: 1 })
  t.is((await exchangeRaw(house, rawRequest('POST /open/x'))).status, 502)
  await untilEnded(1)
  t.deepEqual(await valuesOf('skillgate_upstream_up'), [
    'skillgate_upstream_up{upstream="music-assistant"} 1',
    'skillgate_upstream_up{upstream="dead"} 1',
  ])
  await exchangeRaw(house, rawRequest('GET /open/x'))
  await untilEnded(1)
  t.is((await valuesOf('skillgate_upstream_up')).length, 3)
})

test('sign-ins, tokens and reloads are counted, those that came to nothing too', async (t) => {
  const { house, metrics } = await open(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { state: 'made-up' }, browser)
  const typed = { username: 'made-up', password: 'made-up' }
  t.is((await browser.submit(page, typed)).status, 400)
  await openAuthorize(house, { client_id: 'made-up' })
  const { access } = await link(house)
  t.is((await callApi(house, access)).status, 200)
  const code = (await approve(house)).get('code')
  t.is((await exchange(house, code, { client_secret: 'made-up' })).status, 401)

  const config = loadConfig(house.configFile, {})
  const log = { info: () => {}, error: () => {} } as never
  const { reload, close } = watchConfiguration({
    configFile: house.configFile,
    variables: {},
    config,
    log,
    gateway: Promise.resolve(house.gateway),
    explain: ({ message }) => message,
  })
  t.teardown(close)
  t.true((await reload('test')).ok)
  const good = readFileSync(house.configFile, 'utf8')
  appendFileSync(house.configFile, 'made_up: true\n')
  t.false((await reload('test')).ok)
  writeFileSync(house.configFile, good)
  t.true((await reload('test')).ok)
  while (!house.events().some(({ event }) => event === 'first_call')) await setImmediate()

  const told = await metrics()
  const events = countsOf(told, 'skillgate_audit_events_total')
  t.deepEqual(events, {
    'event="started"': 1,
    'event="link_opened"': 3,
    'event="sign_in_failed"': 1,
    'event="link_refused"': 1,
    'event="signed_in"': 2,
    'event="consented"': 2,
    'event="code_redeemed"': 1,
    'event="first_call"': 1,
    'event="token_refused"': 1,
    'event="client_refused"': 1,
    'event="reloaded"': 2,
  })
  t.deepEqual(countsOf(told, 'skillgate_config_reloads_total'), { 'result="success"': 2, 'result="failure"': 1 })
  t.true(countsOf(told, 'skillgate_store_operation_duration_seconds_count')['operation="get"']! > 0)
  t.notRegex(told, NOT_FOR_ANYBODY)
})

test('what a real gateway exposes is what the docs have, and promtool has nothing to say against it', async (t) => {
  const opened = await open(t)
  await sendEachKind(t, opened)
  const { house, ask } = opened
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const webSocket = (await openRaw(house)).send(rawRequest('GET /ws', [bearer, ...UPGRADE]))
  t.is((await webSocket.answer()).status, 101)
  const { status, type, body } = await ask('/metrics')
  t.is(status, 200)
  t.regex(type!, /^text\/plain; version=0\.0\.4/)
  t.deepEqual(exposedMetrics(body), documentedMetrics())
  await checkWithPromtool(t, body)
})

test('there is /metrics and /readyz, for reading, and nothing else', async (t) => {
  const { house, ask } = await open(t)
  for (const path of ['/metrics', '/readyz']) {
    const { status, type } = await ask(path)
    const head = await ask(path, 'HEAD')
    t.deepEqual([head.status, head.type, head.body], [status, type, ''], path)
    for (const method of ['POST', 'DELETE', 'PROPFIND']) {
      t.like(await ask(path, method), { status: 405, allow: 'GET, HEAD', body: '' }, method)
    }
  }
  for (const path of ['/', '/metrics/', '/health', '/api', '/alexa/authorize'])
    t.is((await ask(path)).status, 404, path)
  t.is((await ask('/metrics?made=up')).status, 200)
  t.deepEqual(house.requests.records, [], 'who asks for metrics is not logged')
  t.false(house.log.join('').includes('/metrics'))
})

test('the other listeners know nothing of it', async (t) => {
  const { house } = await open(t)
  for (const path of ['/metrics', '/readyz']) {
    const { status, body } = await exchangeRaw(house, rawRequest(`GET ${path}`))
    t.is(status, 404)
    t.notRegex(body, /skillgate_|"ready"/)
    const plain = await fetch(`http://127.0.0.1:${house.gateway.http!.port}${path}`, { redirect: 'manual' })
    t.is(plain.status, 308)
  }
})

test('ready is who has a listener, a certificate and a database that works', async (t) => {
  const { house, ask } = await open(t)
  const ready = async () => {
    const { status, type, body } = await ask('/readyz')
    t.is(type, 'application/json')
    return [status, JSON.parse(body)]
  }
  const all = { ready: true, listening: true, certificate: true, database: true }
  t.deepEqual(await ready(), [200, all])
  t.is((await exchangeRaw(house, rawRequest('GET /dead'))).status, 502)
  t.deepEqual(await ready(), [200, all], 'an upstream that is down is no fault of the gateway')

  const ask503 = () => exchangeRaw(house, rawRequest('GET /any/x', [`Authorization: Bearer ${'u'.repeat(43)}`]))
  const mend = await breakStore(t, house)
  t.is((await ask503()).status, 503)
  t.deepEqual(await ready(), [503, { ...all, ready: false, database: false }])
  await mend()
  t.is((await ask503()).status, 401)
  t.deepEqual(await ready(), [200, all])

  const { notAfter } = house.prepared.certificates()[0]!
  const day = new Date(notAfter).toISOString().slice(0, 10)
  const words = (end: string) => `The certificate for dev.jasonhollis.com ${end}, on ${day}, and has not been renewed`
  house.advance(notAfter - house.now() - 1)
  t.deepEqual(await ready(), [200, { ...all, degraded: [words('expires in less than an hour')] }])
  house.advance(1)
  const expired = { ...all, ready: false, certificate: false, degraded: [words('has expired')] }
  t.deepEqual(await ready(), [503, expired])
})

test('the listener comes, moves and goes by a reload, and what was counted stays counted', async (t) => {
  const house = await startTestHouse(t)
  t.is(house.gateway.metrics, undefined)
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  const started = Date.parse(String(house.events().find(({ event }) => event === 'started')?.time))
  house.advance(3_600_000)
  await house.reload((config) => Object.assign(config, AT))
  const { port } = house.gateway.metrics!
  const [, seconds] =
    /^skillgate_start_time_seconds (\S+)$/m.exec((await askMetrics(port, '/metrics', 'GET')).body) ?? []
  t.true(Number(seconds) * 1000 <= started, 'the gateway served before')
  const requestsAt = async (port: number) => {
    const { body } = await askMetrics(port, '/metrics', 'GET')
    return countsOf(body, 'skillgate_requests_total')['route="/health",method="GET",status="200",outcome="answered"']
  }
  t.is(await requestsAt(port), undefined, 'nothing is counted while nobody wants it')
  house.requests.records.length = 0
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  await house.requests.next()
  t.is(await requestsAt(port), 1)
  await house.reload((config) => Object.assign(config, { metrics: undefined }))
  t.is(house.gateway.metrics, undefined)
  await t.throwsAsync(askMetrics(port, '/metrics', 'GET'), { code: 'ECONNREFUSED' })
  await house.reload((config) => Object.assign(config, AT))
  t.is(await requestsAt(house.gateway.metrics!.port), 1)
})
