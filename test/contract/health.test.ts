import test from 'ava'
import { healthAnswer } from '../../src/gateway/health.ts'
import { breakStore } from '../support/break-store.ts'
import { exactRequest } from '../support/exact-request.ts'
import { startTestHouse } from '../support/gateway.ts'
import { refresh } from '../support/linking.ts'

test('GET /health answers 200 with status ok, a message and the endpoints', async (t) => {
  const house = await startTestHouse(t)
  const { status, headers, text } = await exactRequest(house, { path: '/health' })
  t.is(status, 200)
  t.is(headers['content-type'], 'application/json')
  const { endpoints, message, ...rest } = JSON.parse(text)
  t.deepEqual(rest, { status: 'ok' })
  t.true(typeof message === 'string' && message.length > 0)
  for (const path of ['/alexa/authorize', '/alexa/token', '/health']) t.true(endpoints.includes(path), path)
})

test('GET /health is JSON whatever is asked for, and says its endpoints under another base path too', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { base_path: '/link/google' }))
  const { headers, text } = await exactRequest(house, { path: '/health', headers: { accept: 'text/html' } })
  t.is(headers['content-type'], 'application/json')
  const { endpoints } = JSON.parse(text)
  t.is(new Set(endpoints).size, endpoints.length)
  for (const path of ['/health', '/link/google/approve', '/link/google/authorize', '/link/google/token']) {
    t.true(endpoints.includes(path), path)
  }
  t.false(endpoints.some((path: string) => path.includes('/alexa')))
})

test('GET /health answers 503 with status error and no endpoints while the gateway is degraded', async (t) => {
  const house = await startTestHouse(t)
  await breakStore(t, house)
  t.is((await refresh(house, 'A'.repeat(43))).status, 503)
  const { status, headers, text } = await exactRequest(house, { path: '/health' })
  t.is(status, 503)
  t.is(headers['content-type'], 'application/json')
  const { message, ...rest } = JSON.parse(text)
  t.deepEqual(rest, { status: 'error', endpoints: [] })
  t.true(typeof message === 'string' && message.length > 0)
})

test('the health of a gateway that starts, stops or is degraded is a 503 in the same shape', (t) => {
  for (const health of ['starting', 'degraded', 'stopping'] as const) {
    const { status, body } = healthAnswer(health, ['/health'])
    t.is(status, 503)
    t.like(JSON.parse(body), { status: 'error', endpoints: [] })
  }
  t.is(healthAnswer('ok', ['/health']).status, 200)
})

test('GET /health is 200 with status degraded while a certificate nears its end that should have been renewed', async (t) => {
  const house = await startTestHouse(t)
  const ask = async () => {
    const { status, text } = await exactRequest(house, { path: '/health' })
    const { endpoints, ...rest } = JSON.parse(text)
    t.true(endpoints.includes('/alexa/token'))
    return { code: status, ...rest }
  }
  t.like(await ask(), { code: 200, status: 'ok' })
  const { notAfter } = house.prepared.certificates()[0]!
  house.advance(notAfter - house.now() - 10 * 86_400_000)
  t.deepEqual(await ask(), {
    code: 200,
    status: 'degraded',
    message: `The certificate for dev.jasonhollis.com expires in 10 days, on ${new Date(notAfter).toISOString().slice(0, 10)}, and has not been renewed`,
  })
})
