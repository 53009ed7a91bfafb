import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import test from 'ava'
import { startBefore } from '../support/before-upstream.ts'
import { startTestHouse } from '../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'

const NOT_HTTP = '\0\0\0\r\n\r\n'

test('what is not HTTP, in the midst of an answer, cuts the connection and adds nothing to the answer', async (t) => {
  const answering = Promise.withResolvers<ServerResponse>()
  const upstream = await startUpstream(t, (request, response) => {
    if (request.url === '/open/slow') answering.resolve(response.writeHead(200, { 'Content-Length': 1000 }))
    else response.end()
    response.write('the first half')
  })
  const house = await startBefore(t, upstream)
  for (const between of ['', rawRequest('GET /open/other')]) {
    const client = await openRaw(house)
    client.send(rawRequest('GET /open/slow'))
    await client.until((text) => text.endsWith('half'))
    client.send(between + NOT_HTTP)
    await client.closed
    t.regex(client.received, /^HTTP\/1\.1 200 OK\r\n/)
    t.regex(client.received, /half$/)
  }
  await answering.promise
})

test('what is not HTTP, sent along with a request, gets that request at most one answer', async (t) => {
  const house = await startTestHouse(t)
  for (const [target, error] of [
    ['/open/../x', 'ambiguous_request'],
    // Its answer hadn't begun yet.
    ['/health', 'malformed_request'],
    ['/open/x', 'malformed_request'],
  ]) {
    const client = await openRaw(house)
    const { status, body } = await client.send(rawRequest(`GET ${target}`) + NOT_HTTP).answer()
    t.deepEqual([status, JSON.parse(body).error], [400, error])
    await client.closed
    t.is(client.received, '')
  }
})

test('what is not HTTP, after a whole answer, is refused', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  t.is((await client.send(rawRequest('GET /health')).answer()).status, 200)
  const { status, body } = await client.send(NOT_HTTP).answer()
  t.deepEqual([status, JSON.parse(body).error], [400, 'malformed_request'])
  await client.closed
})

test('an upgrade that comes before the answer to an earlier request ends the connection, not the process', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('hang')
  for (const target of ['/ws', '/open/ws', '/nowhere', '/open/../x', '/dead']) {
    const client = await openRaw(house)
    client.send(rawRequest('GET /open/slow') + rawRequest(`GET ${target}`, UPGRADE))
    await client.closed
    t.notRegex(client.received, /101/)
  }
  house.music.misbehave('trickle', { times: 1 })
  const client = await openRaw(house)
  client.send(rawRequest('GET /open/slow'))
  await client.until((text) => text.endsWith('.\r\n'))
  client.send(rawRequest('GET /ws', UPGRADE))
  await client.closed
  t.notRegex(client.received, /HTTP\/1\.1 (101|401)/)
  t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
})

test('requests that are sent at once are answered in their order', async (t) => {
  const release = Promise.withResolvers<void>()
  const upstream = await startUpstream(t, async (request, response) => {
    if (request.url === '/open/1') await release.promise
    else response.once('finish', () => release.resolve())
    response.end(request.url)
  })
  const house = await startBefore(t, upstream)
  const client = await openRaw(house)
  client.send([1, 2, 3].map((i) => rawRequest(`GET /open/${i}`)).join(''))
  for (const i of [1, 2, 3]) t.is((await client.answer()).body, `/open/${i}`)
  client.socket.end()
  await once(client.socket, 'close')
})

test('a client that leaves before the answers whose turn has not come takes their upstream requests along', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('trickle')
  const client = await openRaw(house)
  client.send(rawRequest('GET /open/1') + rawRequest('GET /open/2') + rawRequest('GET /open/3'))
  await house.music.until(() => house.music.requestCount === 3)
  await client.until((text) => text.endsWith('.\r\n'))
  client.socket.destroy()
  await house.music.until(() => house.music.abortedClients === 3)
  t.is(house.music.openSockets, 0)
})
