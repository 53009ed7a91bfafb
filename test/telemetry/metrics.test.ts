import test, { type ExecutionContext } from 'ava'
import { type MetricsSources, openMetrics } from '../../src/telemetry/metrics.ts'
import { metricsAnswer, readinessAnswer } from '../../src/telemetry/metrics-answer.ts'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { checkWithPromtool, documentedMetrics, exposedMetrics } from '../support/metrics.ts'
import { refusedRecord, requestRecord } from './request-records.ts'

const NOON = Date.UTC(2026, 6, 28, 12)

async function open(t: ExecutionContext, change: Partial<MetricsSources> = {}) {
  const metrics = await openMetrics({
    version: '1.2.3',
    startedAt: NOON,
    openConnections: () => [['https', 3]],
    openTunnels: () => [['/ws', 2]],
    upstreams: () => [
      ['music-assistant', true],
      ['dead', false],
    ],
    certificates: () => [['dev.example', 'files', 'rsa', NOON + 1000]],
    logLinesLost: () => 7,
    ...change,
  })
  t.teardown(metrics.close)
  const lines = async () => (await metrics.render()).split('\n')
  /** Those lines of a metric whose value isn't 0. */
  const valuesOf = async (name: string) =>
    (await lines()).filter((line) => new RegExp(`^${name}[ {]`).test(line) && !line.endsWith(' 0'))
  return { ...metrics, lines, valuesOf }
}

/** One of each kind, so that every metric has a value. */
async function openBusy(t: ExecutionContext) {
  const metrics = await open(t)
  metrics.requestEnded.onEnd(requestRecord())
  metrics.requestEnded.onEnd(refusedRecord())
  metrics.storeTook('get', 0.0007)
  metrics.audit({ event: 'tokens_issued', user: 'ada' })
  metrics.reloaded('success')
  return metrics
}

test('what is exposed is what the table of the docs has, with its types and labels', async (t) => {
  const { render } = await openBusy(t)
  const exposed = exposedMetrics(await render())
  t.deepEqual(exposed, documentedMetrics())
  t.true(exposed.length >= 20)
})

test('promtool has nothing to say against them', async (t) => {
  const { render } = await openBusy(t)
  await checkWithPromtool(t, await render())
})

test('requests are counted by route, method, status and outcome, and nothing of it is chosen by a client', async (t) => {
  const { requestEnded, valuesOf } = await open(t)
  const ended = (change: Partial<RequestRecord>) => requestEnded.onEnd(requestRecord(change))
  ended({})
  ended({})
  ended({ status: undefined, ending: 'client left' })
  requestEnded.onEnd(refusedRecord({ method: 'MADE-UP', path: '/made/up', host: 'made.up', status: 404 }))
  requestEnded.onLong(requestRecord())
  t.deepEqual(await valuesOf('skillgate_requests_total'), [
    'skillgate_requests_total{route="/api",method="POST",status="200",outcome="answered"} 2',
    'skillgate_requests_total{route="/api",method="POST",status="none",outcome="client left"} 1',
    'skillgate_requests_total{route="none",method="other",status="404",outcome="refused"} 1',
  ])
  t.deepEqual(await valuesOf('skillgate_refusals_total'), ['skillgate_refusals_total{code="unauthorized"} 1'])
  t.deepEqual(await valuesOf('skillgate_sent_bytes_total'), [
    `skillgate_sent_bytes_total{route="/api"} ${3 * 3456}`,
    'skillgate_sent_bytes_total{route="none"} 3456',
  ])
})

test('no name of a person, no address and no path that was sent is anywhere in them', async (t) => {
  const metrics = await openBusy(t)
  metrics.requestEnded.onEnd(
    requestRecord({ user: 'Lovelace', path: '/secret-path', userAgent: 'Firefox', peer: '192.0.2.99' }),
  )
  metrics.audit({ event: 'sign_in_failed', user: 'Lovelace', address: '192.0.2.99', client: 'phone' })
  t.notRegex(await metrics.render(), /Lovelace|secret-path|Firefox|192\.0\.2|phone|ada/)
})

test('durations are in seconds, without those of WebSockets', async (t) => {
  const { requestEnded, valuesOf } = await open(t)
  requestEnded.onEnd(requestRecord({ duration: 2500 }))
  requestEnded.onEnd(requestRecord({ duration: 7_200_000, upgraded: true, ending: 'closed' }))
  t.deepEqual(await valuesOf('skillgate_request_duration_seconds_sum'), [
    'skillgate_request_duration_seconds_sum{route="/api"} 2.5',
  ])
})

test('each event of the audit trail is there from the start, at 0', async (t) => {
  const { audit, valuesOf, lines } = await open(t)
  t.true((await lines()).includes('skillgate_audit_events_total{event="signed_in"} 0'))
  audit({ event: 'signed_in' })
  t.deepEqual(await valuesOf('skillgate_audit_events_total'), ['skillgate_audit_events_total{event="signed_in"} 1'])
})

test('each replacement of a certificate is counted by where it comes from, and those that came to nothing', async (t) => {
  const { certificateTried, valuesOf, lines } = await open(t)
  const name = 'skillgate_certificate_renewals_total'
  t.true((await lines()).includes(`${name}{source="files",result="failure"} 0`))
  certificateTried('files', 'success')
  certificateTried('files music.example', 'failure')
  t.deepEqual(await valuesOf(name), [
    `${name}{source="files",result="success"} 1`,
    `${name}{source="files music.example",result="failure"} 1`,
  ])
})

test('what is looked at when asked is what is the case then, and what is gone is told no more', async (t) => {
  let upstreams: [string, boolean][] = [['old', true]]
  let lost = 1
  const { lines, valuesOf } = await open(t, { upstreams: () => upstreams, logLinesLost: () => lost })
  t.true((await lines()).includes('skillgate_upstream_up{upstream="old"} 1'))
  upstreams = [['new', false]]
  lost = 5
  const after = await lines()
  t.true(after.includes('skillgate_upstream_up{upstream="new"} 0'))
  t.false(after.some((line) => line.includes('"old"')))
  t.deepEqual(await valuesOf('skillgate_log_lines_lost_total'), ['skillgate_log_lines_lost_total 5'])
  t.deepEqual(await valuesOf('skillgate_log_lines_lost_total'), ['skillgate_log_lines_lost_total 5'])
  t.deepEqual(await valuesOf('skillgate_certificate_expiry_time_seconds'), [
    `skillgate_certificate_expiry_time_seconds{certificate="dev.example",source="files",key_type="rsa"} ${NOON / 1000 + 1}`,
  ])
})

test('their address answers there and nowhere else', async (t) => {
  const metrics = await open(t)
  const found = await metricsAnswer('/metrics', metrics)
  t.is(found.status, 200)
  t.regex(found.headers['Content-Type']!, /^text\/plain; version=0\.0\.4/)
  t.regex(found.body, /^# HELP skillgate_/)
  for (const path of ['/', '/metrics/', '/metricsx', '']) t.is((await metricsAnswer(path, metrics)).status, 404, path)
})

test('whoever lacks a listener, a certificate or the database is not ready', (t) => {
  const all = { listening: true, certificate: true, database: true }
  t.is(readinessAnswer(all).status, 200)
  t.deepEqual(JSON.parse(readinessAnswer(all).body), { ready: true, ...all })
  for (const name of Object.keys(all)) {
    const { status, body } = readinessAnswer({ ...all, [name]: false })
    t.is(status, 503, name)
    t.deepEqual(JSON.parse(body), { ready: false, ...all, [name]: false })
  }
})
