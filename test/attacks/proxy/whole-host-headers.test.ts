import test from 'ava'
import { startBefore } from '../../support/before-upstream.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest, SWITCHED, UPGRADE } from '../../support/raw-client.ts'
import { startFixedUpstream } from '../../support/scripted-upstream.ts'

/** What browsers keep for all of a host, whatever path said it. */
const WHOLE_HOST = [
  'Clear-Site-Data: "*"',
  'Alt-Svc: h3="evil.example:443"',
  'NEL: {"report_to":"a","max_age":1}',
  'Report-To: {"group":"a","max_age":1,"endpoints":[{"url":"https://evil.example/"}]}',
  'Reporting-Endpoints: a="https://evil.example/"',
  'Strict-Transport-Security: max-age=0',
  'Service-Worker-Allowed: /',
  'Public-Key-Pins: max-age=9',
  'Accept-CH: Sec-CH-UA-Model',
  'Set-Login: logged-out',
  'Cross-Origin-Opener-Policy: same-origin',
  'set-cookie: __Host-skillgate-session=planted; Path=/; Secure',
]
const SPELT = [...WHOLE_HOST, ...WHOLE_HOST.map((line) => line.replace(/^[^:]*/, (name) => name.toUpperCase()))]
const KEPT = ['ETag: "1"', 'Cache-Control: no-store', 'Set-Cookie: a=1']

test('61. an upstream says nothing that browsers keep for the whole host, in no kind of answer', async (t) => {
  for (const [status, framing, upgrade] of [
    ['200 OK', ['Content-Length: 0'], []],
    ['404 Not Found', ['Content-Length: 0'], []],
    ['304 Not Modified', [], []],
    ['403 Forbidden', ['Content-Length: 0'], UPGRADE],
    ['101 Switching Protocols', SWITCHED, UPGRADE],
  ] as const) {
    const answer = [`HTTP/1.1 ${status}`, ...framing, ...SPELT, ...KEPT, '', ''].join('\r\n')
    const house = await startBefore(t, await startFixedUpstream(t, answer))
    const got = await exchangeRaw(house, rawRequest('GET /open/x', [...upgrade]))
    t.is(got.status, Number.parseInt(status, 10))
    for (const line of WHOLE_HOST) {
      const [name = '', value] = line.split(/: (.*)/)
      t.false(got.header(name).includes(value as string), `${status} ${line}`)
    }
    for (const line of KEPT) {
      const [name = '', value] = line.split(/: (.*)/)
      t.deepEqual(got.header(name), [value as string], `${status} ${line}`)
    }
    t.deepEqual(got.header('X-Content-Type-Options'), ['nosniff'])
    if (status.startsWith('101')) t.deepEqual(got.header('Upgrade'), ['websocket'])
  }
})

test('61. no script for a service worker is asked of an upstream', async (t) => {
  const house = await startTestHouse(t)
  for (const header of ['Service-Worker: script', 'service-worker: x', 'Sec-Fetch-Dest: serviceworker']) {
    const { status, body } = await exchangeRaw(house, rawRequest('GET /open/worker.js', [header]))
    t.deepEqual([status, JSON.parse(body).error], [403, 'service_worker_refused'], header)
  }
  t.is(house.music.requestCount, 0)
  for (const header of ['Sec-Fetch-Dest: script', 'Sec-Fetch-Dest: worker', 'Service-Workers: script']) {
    t.is((await exchangeRaw(house, rawRequest('GET /open/worker.js', [header]))).status, 404, header)
  }
  t.is(house.music.requestCount, 3)
})
