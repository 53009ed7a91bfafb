import test, { type ExecutionContext } from 'ava'
import { startBefore } from '../../support/before-upstream.ts'
import type { TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest, SWITCHED, UPGRADE } from '../../support/raw-client.ts'
import { startFixedUpstream } from '../../support/scripted-upstream.ts'

const OWN = [
  'Set-Cookie: __Host-skillgate-session=planted; Path=/; Secure',
  'Set-Cookie: __Host-skillgate-csrf=planted; Path=/; Secure',
  'set-cookie: __host-Skillgate-session=planted; Path=/; Secure',
  'SET-COOKIE:   \t__Host-skillgate-session=planted; Path=/; Secure',
  'Set-Cookie: =__Host-skillgate-session=planted; Path=/; Secure',
  'Set-Cookie: __Host-skillgate-session=; Max-Age=0; Path=/; Secure',
]
const OTHERS = [
  'Set-Cookie: a=1; Path=/',
  'Set-Cookie: a=1; Path=/',
  'set-cookie: b=__Host-skillgate-session=x',
  'Set-Cookie: x__Host-skillgate-a=1',
]
const PASSED_ON = OTHERS.map((line) => line.replace(/^[^:]*: /, ''))

/** A house before an upstream that answers with these headers, whatever it is asked. */
async function startBeforeAnswer(t: ExecutionContext, status: string, headers: string[]): Promise<TestHouse> {
  return startBefore(t, await startFixedUpstream(t, [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')))
}

test("30. an upstream sets no cookie of the gateway's, in no spelling; all others are passed on as often as they came", async (t) => {
  const house = await startBeforeAnswer(t, '200 OK', ['Content-Length: 0', ...OWN, ...OTHERS])
  const { status, header } = await exchangeRaw(house, rawRequest('GET /open/x'))
  t.is(status, 200)
  t.deepEqual(header('set-cookie'), PASSED_ON)
})

test('30. nor with the answer to an upgrade, whether it upgrades or refuses', async (t) => {
  for (const [status, headers] of [
    ['101 Switching Protocols', SWITCHED],
    ['403 Forbidden', ['Content-Length: 0']],
  ] as const) {
    for (const cookies of [OWN, [...OWN, ...OTHERS]]) {
      const house = await startBeforeAnswer(t, status, [...headers, ...cookies])
      const answer = await exchangeRaw(house, rawRequest('GET /open/x', UPGRADE))
      t.is(answer.status, Number.parseInt(status, 10))
      t.deepEqual(answer.header('set-cookie'), cookies === OWN ? [] : PASSED_ON)
    }
  }
})

test('30. an upstream cannot have its service worker answer for the sign-in pages', async (t) => {
  const house = await startBeforeAnswer(t, '200 OK', ['Content-Length: 0', 'Service-Worker-Allowed: /', 'X-Other: /'])
  const { header } = await exchangeRaw(house, rawRequest('GET /open/worker.js'))
  t.deepEqual([header('service-worker-allowed'), header('x-other')], [[], ['/']])
})
