import { once } from 'node:events'
import { createServer } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { freePort } from '../../support/free-port.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest } from '../../support/raw-client.ts'

const HEALTH = rawRequest('GET /health')

/** An address that somebody else listens on. */
async function takenPort(t: ExecutionContext, host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as { port: number }).port
}

test('the http listener comes and goes, and a connection of the other notices nothing', async (t) => {
  const house = await startTestHouse(t, (config) => {
    delete (config.listen as { http?: string }).http
  })
  const client = await openRaw(house)
  t.is((await client.send(HEALTH).answer()).status, 200)
  await house.reload((config) => {
    config.listen.http = '127.0.0.1:0'
  })
  const plain = await fetch(`http://127.0.0.1:${house.gateway.http!.port}/x`, { redirect: 'manual' })
  t.is(plain.status, 308)
  const { port } = house.gateway.http!
  await house.reload((config) => {
    delete (config.listen as { http?: string }).http
  })
  t.is(house.gateway.http, undefined)
  await t.throwsAsync(fetch(`http://127.0.0.1:${port}/x`))
  t.is((await client.send(HEALTH).answer()).status, 200)
  client.socket.destroy()
})

test('the https listener moves to another port: what is in flight on the old one is finished, then it is gone', async (t) => {
  const house = await startTestHouse(t)
  const { requestCount } = house.music
  const busy = (await openRaw(house)).send(rawRequest('POST /open/x', ['Content-Length: 5'], 'he'))
  const idle = await openRaw(house)
  t.is((await idle.send(HEALTH).answer()).status, 200)
  await house.music.until(() => house.music.requestCount > requestCount)
  const port = await freePort()
  await house.reload((config) => {
    config.listen.https = `127.0.0.1:${port}`
  })
  t.is(house.gateway.https!.port, port)
  t.is((await exchangeRaw({ ...house, port }, HEALTH)).status, 200)
  await t.throwsAsync(openRaw(house), { code: 'ECONNREFUSED' })
  await idle.closed
  const answer = await busy.send('llo').answer()
  t.deepEqual([answer.status, answer.header('connection')], [404, ['close']])
  await busy.closed
})

test('a listener moves to another host on the same port, though that is free only after it has let go', async (t) => {
  const house = await startTestHouse(t)
  const { port } = house
  await house.reload((config) => {
    config.listen.https = `0.0.0.0:${port}`
  })
  t.is(house.gateway.https!.address, `0.0.0.0:${port}`)
  t.is((await exchangeRaw(house, HEALTH)).status, 200)
  await house.reload((config) => {
    config.listen.https = `127.0.0.1:${port}`
  })
  t.is(house.gateway.https!.address, `127.0.0.1:${port}`)
  t.is((await exchangeRaw(house, HEALTH)).status, 200)
})

test('https and http change places', async (t) => {
  const house = await startTestHouse(t)
  const [https, http] = [house.gateway.https!.port, house.gateway.http!.port]
  await house.reload((config) => {
    config.listen.https = `127.0.0.1:${http}`
    config.listen.http = `127.0.0.1:${https}`
  })
  t.is((await exchangeRaw({ ...house, port: http }, HEALTH)).status, 200)
  t.is((await fetch(`http://127.0.0.1:${https}/x`, { redirect: 'manual' })).status, 308)
})

test('an address in use refuses the whole reload, and nothing has changed', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  t.is((await client.send(HEALTH).answer()).status, 200)
  const { address } = house.gateway.http!
  const [free, taken] = [await freePort(), await takenPort(t)]
  const before = structuredClone(house.gateway.https!.address)
  await t.throwsAsync(
    house.reload((config) => {
      config.listen = { https: `127.0.0.1:${free}`, http: `127.0.0.1:${taken}` }
      config.routes = config.routes.filter(({ path }) => path !== '/open/*')
    }),
    { code: 'EADDRINUSE' },
  )
  t.deepEqual([house.gateway.https!.address, house.gateway.http?.address], [before, address])
  await t.throwsAsync(openRaw({ ...house, port: free }), { code: 'ECONNREFUSED' })
  t.is((await client.send(rawRequest('GET /open/x')).answer()).status, 404)
  t.true(house.music.requestCount > 0)
  client.socket.destroy()
})

test('where the old listener had to let go first, it listens again, and its connections have noticed nothing', async (t) => {
  const house = await startTestHouse(t)
  const { port } = house
  const client = await openRaw(house)
  t.is((await client.send(HEALTH).answer()).status, 200)
  const taken = await takenPort(t)
  await t.throwsAsync(
    house.reload((config) => {
      config.listen = { https: `0.0.0.0:${port}`, http: `127.0.0.1:${taken}` }
    }),
    { code: 'EADDRINUSE' },
  )
  t.is(house.gateway.https!.address, `127.0.0.1:${port}`)
  t.is((await exchangeRaw(house, HEALTH)).status, 200)
  t.is((await client.send(HEALTH).answer()).status, 200)
  client.socket.destroy()
  // And it can still be stopped, or moved.
  await house.reload((config) => {
    config.listen = { https: `0.0.0.0:${port}`, http: '127.0.0.1:0' }
  })
  t.is((await exchangeRaw(house, HEALTH)).status, 200)
})

test('a new listener has the new certificate from its first handshake on', async (t) => {
  const house = await startTestHouse(t)
  const port = await freePort()
  const before = (await openRaw(house)).socket.getPeerX509Certificate()!.fingerprint256
  await house.reload((config) => {
    config.listen.https = `127.0.0.1:${port}`
    config.public_url = 'https://elsewhere.example'
  })
  const after = (await openRaw({ ...house, port })).socket.getPeerX509Certificate()!
  t.not(after.fingerprint256, before)
  t.is(after.checkHost('elsewhere.example'), 'elsewhere.example')
})
