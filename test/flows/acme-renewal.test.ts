import { once } from 'node:events'
import { createServer } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import test, { type ExecutionContext } from 'ava'
import { HOST, servedKey } from '../support/acme/acme-process.ts'
import { type InsteadOfCa, startAcmeProxy } from '../support/acme/acme-proxy.ts'
import { startPebble } from '../support/acme/pebble.ts'
import { freePort } from '../support/free-port.ts'
import { startTestHouse } from '../support/gateway.ts'
import { manualSleep } from '../support/manual-sleep.ts'
import { until } from '../support/until.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** A gateway in this process whose certificates come from a CA that a proxy stands in front of. */
async function start(t: ExecutionContext, tls: Record<string, unknown> = {}) {
  const [port, httpPort] = [await freePort(), await freePort()]
  const pebble = await startPebble(t, { httpPort, tlsPort: port })
  if (!pebble) return undefined
  const ca: { says?: InsteadOfCa | undefined; at: string } = { at: '' }
  const proxy = await startAcmeProxy(t, pebble, (path) => (path.includes(ca.at) ? ca.says : undefined))
  const { sleep, asleep, wake } = manualSleep()
  const prepare = (config: { listen: object; tls: object }) => {
    config.listen = { https: `127.0.0.1:${port}`, http: `127.0.0.1:${httpPort}` }
    const source = { source: 'acme', terms_of_service: 'accepted', directory: proxy.directory, ca: pebble.caFile }
    config.tls = { ...source, keys: ['rsa'], ...tls }
  }
  async function begin() {
    const house = await startTestHouse(t, prepare as never, { sleep })
    // Its clock stands still, and the CA dates what it gives by its own.
    house.advance(10 * 60_000)
    return house
  }
  return { pebble, proxy, ca, port, sleep, asleep, wake, begin }
}

/** One request of a connection of its own. */
async function health(port: number, ca: string): Promise<string> {
  const options = {
    host: '127.0.0.1',
    port,
    ca,
    servername: HOST,
    headers: { host: HOST },
    path: '/health',
    agent: false,
  }
  const [answer] = await once(request(options).end(), 'response')
  return JSON.parse(await text(answer)).status
}

test.serial('a certificate of six days is renewed under load, and no request fails', async (t) => {
  const started = await start(t, { profile: 'shortlived' })
  if (!started) return
  const { pebble, port, asleep, wake, begin } = started
  const house = await begin()
  const ca = await pebble.root()
  await house.logged('certificate taken up')
  await asleep()
  const first = await servedKey(port, { ca })
  t.true((first?.notAfter ?? 0) - Date.now() < 6 * DAY_MS + HOUR_MS)

  let answered = 0
  let isLoaded = true
  const failures: unknown[] = []
  const load = Array.from({ length: 3 }, async () => {
    while (isLoaded) {
      const status = await health(port, ca).catch((error) => error)
      // The CA dates by its own clock, so that what it renews is as old as what there was.
      if (status === 'ok' || status === 'degraded') answered += 1
      else failures.push(status)
    }
  })
  await until(() => answered > 20)
  house.advance(4.6 * DAY_MS)
  // It may be looking just now, by the time of before.
  await until(async () => {
    wake()
    return (await servedKey(port, { ca }))?.fingerprint !== first?.fingerprint
  })
  const before = answered
  await until(() => answered > before + 20)
  isLoaded = false
  await Promise.all(load)
  t.deepEqual(failures, [])
  t.regex(pebble.log(), /ARI: order .* is a replacement of/)
})

test.serial('a CA that is down for a while is asked again until it is back', async (t) => {
  const started = await start(t)
  if (!started) return
  const { pebble, ca, port, asleep, wake, begin } = started
  ca.says = { status: 503 }
  const house = await begin()
  t.regex(
    await house.logged('certificate not issued'),
    /The CA could not be asked: .* answered 503\. There is none yet\. Tried again/,
  )
  for (let tries = 1; tries <= 2; tries++) {
    house.advance(await asleep())
    wake()
    await until(() => house.log.filter((line) => line.includes('certificate not issued')).length > tries)
  }
  delete ca.says
  house.advance(await asleep())
  wake()
  await house.logged('certificate taken up')
  t.is((await servedKey(port, { ca: await pebble.root() }))?.type, 'rsa')
})

test.serial('a rate limit is waited for as long as the CA asks', async (t) => {
  const started = await start(t)
  if (!started) return
  const { ca, proxy, asleep, wake, begin } = started
  ca.at = '/order-plz'
  const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many certificates already issued' }
  ca.says = { status: 429, headers: { 'retry-after': '36000' }, body }
  const house = await begin()
  const line = await house.logged('certificate not issued')
  t.regex(
    line,
    /says \\"too many certificates already issued\\" \(rateLimited\)\. That is a limit of the CA, which passes by itself/,
  )
  delete ca.says
  const orders = () => proxy.asked.filter((asked) => asked.includes('/order-plz')).length
  t.is(orders(), 1)
  for (let hour = 1; hour <= 9; hour++) {
    t.is(await asleep(), HOUR_MS)
    house.advance(HOUR_MS)
    wake()
  }
  await asleep()
  t.is(orders(), 1)
  while (orders() === 1) {
    house.advance(await asleep())
    wake()
    await Promise.race([asleep(), until(() => orders() > 1)])
  }
  await house.logged('certificate taken up')
  t.pass()
})

test.serial('dns-01 is shown by who is asked to, from a process of its own', async (t) => {
  const seen: string[] = []
  let pebbleTxt: (name: string, value: string) => Promise<void> = async () => {}
  const webhook = createServer(async (incoming, response) => {
    const { action, name, value } = JSON.parse(await text(incoming))
    seen.push(`${action} ${name} ${incoming.headers.authorization}`)
    if (action === 'set') await pebbleTxt(name, value)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(webhook, 'listening')
  t.teardown(() => webhook.close())
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`
  const started = await start(t, { challenge: 'dns-01', dns: { by: 'webhook', url, wait: 0 } })
  if (!started) return
  pebbleTxt = started.pebble.setTxt
  const house = await started.begin()
  await house.logged('certificate taken up')
  t.deepEqual(seen, [
    'set _acme-challenge.dev.jasonhollis.com undefined',
    'remove _acme-challenge.dev.jasonhollis.com undefined',
  ])
})
