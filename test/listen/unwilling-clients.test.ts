import { once } from 'node:events'
import test from 'ava'
import { Browser } from '../support/browser.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { callApi, openAuthorize } from '../support/linking.ts'
import { openRaw, rawRequest } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

test('a client that has its answer and goes on dribbling a body is cut off', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  client.send(rawRequest('POST /health', ['Content-Length: 100000']))
  t.is((await client.answer()).status, 405)
  const dribble = setInterval(() => client.socket.writable && client.send('x'), 200)
  t.teardown(() => clearInterval(dribble))
  await client.closed
  t.pass()
})

test('a client that sends the rest of its body after the answer may use its connection again', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  client.send(rawRequest('POST /health', ['Content-Length: 10']))
  t.is((await client.answer()).status, 405)
  client.send(`0123456789${rawRequest('GET /health')}`)
  t.is((await client.answer()).status, 200)
  client.socket.destroy()
})

test('a client that leaves is not logged as a fault of the upstream', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  house.music.misbehave('hang', { times: 1 })
  const client = await openRaw(house)
  const headers = [`Authorization: Bearer ${token}`, 'Content-Type: application/json', 'Content-Length: 2']
  const before = house.music.requestCount
  client.send(`${rawRequest('POST /api', headers)}{}`)
  await house.music.until(() => house.music.requestCount > before)
  client.reset()
  await house.music.until(() => house.music.abortedClients === 1)
  t.is((await callApi(house, token)).status, 200)
  t.regex(await house.logged('client left'), /"path":"\/api"/)
  t.deepEqual(
    house.log.filter((line) => line.includes('bad_gateway')),
    [],
  )
})

test('when very many sign in at once, those who would wait for long are told to try again', async (t) => {
  const house = await startTestHouse(t, ({ listen }) => Object.assign(listen, { trusted_proxies: ['127.0.0.1'] }))
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  // Each of them somebody else, somewhere else, for nobody may try that often. All are connected already.
  const people = Array.from({ length: 90 }, (_, i) => new Browser(house, { 'x-forwarded-for': `192.0.2.${i}` }))
  for (const somebody of people) {
    for (const [name, value] of browser.cookies) somebody.cookies.set(name, value)
    await somebody.open('/health')
  }
  const tries = await Promise.all(
    people.map((somebody, i) => somebody.submit(page, { username: `user${i}`, password: 'wrong' })),
  )
  const statuses = new Set(tries.map(({ status }) => status))
  t.deepEqual([...statuses].sort(), [400, 503])
  const refused = tries.find(({ status }) => status === 503)!
  t.regex(refused.text, /Too many people are signing in/)
  t.is(refused.headers['retry-after'], '5')
  t.is((await browser.submit(page, { username: ADA.name, password: ADA.password })).status, 303)
})

test('a stream of bytes that is no request does not keep its connection', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  client.send('\r\n'.repeat(10))
  client.send('nonsense\r\n\r\n')
  await once(client.socket, 'close')
  t.pass()
})
