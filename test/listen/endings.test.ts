import { once } from 'node:events'
import { connect } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { startBefore, startImpatient } from '../support/before-upstream.ts'
import { noMoreEnded } from '../support/ended-requests.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { CONSENT, exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startFixedUpstream, startRawUpstream, startUpstream } from '../support/scripted-upstream.ts'
import { issueToken } from '../support/tokens.ts'

const CUT = { status: undefined, refusal: undefined }
const TEN = ['Content-Length: 10']
const FORM = [...TEN, 'Content-Type: application/x-www-form-urlencoded']

/** The record of the next request that ends has all of this. */
async function ends(t: ExecutionContext, house: TestHouse, expected: Partial<RequestRecord>): Promise<RequestRecord> {
  const record = await house.requests.next()
  t.like(record, expected, JSON.stringify(record))
  return record
}

test('a client that leaves while the upstream thinks has no status, and is no fault of the upstream', async (t) => {
  const house = await startTestHouse(t)
  for (const request of [
    rawRequest('GET /open/x'),
    rawRequest('POST /open/x', TEN, '0123456789'),
    rawRequest('POST /open/x', TEN, 'only'),
    rawRequest('GET /open/ws', UPGRADE),
  ])
    for (const leave of ['reset', 'end'] as const) {
      house.music.misbehave('hang', { times: 1 })
      const { requestCount } = house.music
      const client = (await openRaw(house)).send(request)
      await house.music.until(() => house.music.requestCount > requestCount)
      if (leave === 'reset') client.reset()
      else client.socket.destroy()
      const { bytesReceived } = await ends(t, house, {
        ...CUT,
        ending: 'client left',
        upstream: 'music-assistant-open',
      })
      t.is(bytesReceived, request.includes('0123456789') ? 10 : request.includes('only') ? 4 : 0)
    }
  await noMoreEnded(t, house)
})

test('a client that leaves within a form, or while it is decided about, leaves a record of that', async (t) => {
  const house = await startTestHouse(t)
  for (const leave of ['reset', 'destroy'] as const) {
    const client = (await openRaw(house)).send(rawRequest('POST /alexa/token', FORM, 'half'))
    await until(() => [...house.gateway.https!.exchanges()].length === 1)
    if (leave === 'reset') client.reset()
    else client.socket.destroy()
    await ends(t, house, { ...CUT, ending: 'client left', route: '/alexa/token', bytesReceived: 0 })
  }
  for (const [target, lines] of [
    ['/any/x', []],
    ['/ws', UPGRADE],
    ['/alexa/userinfo', []],
  ] as const) {
    const bearer = `Authorization: Bearer ${await issueToken(house, ['user:read'])}`
    const { store } = house.prepared
    const { get } = store
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    store.get = async (kind, id) => {
      asked.resolve()
      await released.promise
      return get(kind, id)
    }
    const client = (await openRaw(house)).send(rawRequest(`GET ${target}`, [...lines, bearer]))
    await asked.promise
    client.reset()
    await until(() => [...house.gateway.https!.exchanges()].length === 0)
    store.get = get
    released.resolve()
    await ends(t, house, { ...CUT, ending: 'client left', upstreamStatus: undefined, bytesSent: 0 })
  }
  t.is(house.music.requestCount, 0)
  await noMoreEnded(t, house)
})

test('an answer that one of the two sides breaks off says which', async (t) => {
  const house = await startTestHouse(t)
  for (const kind of ['die-mid-body', 'die-mid-chunk'] as const) {
    house.music.misbehave(kind, { times: 1 })
    await exchangeRaw(house, rawRequest('GET /open/x')).catch(() => {})
    const { bytesSent } = await ends(t, house, { status: 200, upstreamStatus: 200, ending: 'upstream broke off' })
    t.true(bytesSent > 0)
  }
  house.music.misbehave('trickle', { times: 1 })
  const client = (await openRaw(house)).send(rawRequest('GET /open/x'))
  await client.until((text) => text.endsWith('.\r\n'))
  client.reset()
  await ends(t, house, { status: 200, upstreamStatus: 200, ending: 'client left', refusal: undefined })
  await noMoreEnded(t, house)
})

test('an upstream that is too slow, resets or answers nonsense leaves a record of what the client was told', async (t) => {
  const house = await startImpatient(t)
  for (const lines of [[], UPGRADE]) {
    house.music.misbehave('hang', { times: 1 })
    t.is((await exchangeRaw(house, rawRequest('GET /open/x', [...lines]))).status, 504)
    const { refusal } = await ends(t, house, { status: 504, ending: 'refused', upstreamStatus: undefined })
    t.is(refusal?.code, 'gateway_timeout')
    house.music.misbehave('reset')
    t.is((await exchangeRaw(house, rawRequest('GET /open/x', [...lines]))).status, 502)
    t.is((await ends(t, house, { status: 502, ending: 'refused' })).refusal?.code, 'bad_gateway')
  }
  await noMoreEnded(t, house)
})

test('an upstream that refuses the gateway is in the record beside what the client was told', async (t) => {
  const unauthorized = await startFixedUpstream(t, 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno')
  const house = await startBefore(t, unauthorized)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  for (const lines of [[bearer], [bearer, ...UPGRADE]]) {
    t.is((await exchangeRaw(house, rawRequest('GET /ws', lines))).status, 502)
    const { refusal } = await ends(t, house, { status: 502, upstreamStatus: 401, user: 'ada', ending: 'refused' })
    t.is(refusal?.code, 'upstream_refused_gateway')
  }
  t.is((await exchangeRaw(house, rawRequest('GET /open/x', UPGRADE))).status, 401)
  await ends(t, house, { status: 401, upstreamStatus: 401, ending: 'answered', upgraded: false, bytesSent: 2 })
  await noMoreEnded(t, house)
})

test('a WebSocket has its record when either side closes it, with all that went through', async (t) => {
  const upstream = await startRawUpstream(t, (socket) => {
    // Its first words come along with its consent.
    socket.once('data', () => socket.write(`${CONSENT}hello`))
    socket.on('data', (chunk) => String(chunk).endsWith('bye') && socket.end())
  })
  const house = await startBefore(t, upstream)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  for (const [words, leave] of [
    ['good bye', undefined],
    ['abc', 'reset'],
    ['abc', 'end'],
  ] as const) {
    const client = (await openRaw(house)).send(rawRequest('GET /ws', [bearer, ...UPGRADE]))
    t.is((await client.answer()).status, 101)
    await client.until((text) => text === 'hello')
    const before = [...upstream.sockets][0]?.bytesRead ?? 0
    client.send(words)
    if (leave) await until(() => ([...upstream.sockets][0]?.bytesRead ?? 0) > before)
    if (leave === 'reset') client.reset()
    else if (leave) client.socket.end()
    const ended = { status: 101, upstreamStatus: 101, upgraded: true, user: 'ada', route: '/ws', refusal: undefined }
    await ends(t, house, { ...ended, ending: 'closed', bytesReceived: words.length, bytesSent: 5 })
    await until(() => upstream.sockets.size === 0)
  }
  await noMoreEnded(t, house)
})

test('what is under way when the gateway stops ends as stopped, and its record is there before it has', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const webSocket = (await openRaw(house)).send(rawRequest('GET /ws', [bearer, ...UPGRADE]))
  t.is((await webSocket.answer()).status, 101)
  house.music.misbehave('trickle', { times: 1 })
  const stream = (await openRaw(house)).send(rawRequest('GET /open/stream'))
  await stream.until((text) => text.endsWith('.\r\n'))
  house.music.misbehave('hang', { times: 1 })
  const { requestCount } = house.music
  ;(await openRaw(house)).send(rawRequest('GET /open/waits'))
  await house.music.until(() => house.music.requestCount > requestCount)
  await house.gateway.https!.close(100)
  const records = house.requests.records.map(({ path, ending, status }) => [path, ending, status])
  t.deepEqual(records.sort(), [
    ['/open/stream', 'stopped', 200],
    ['/open/waits', 'stopped', undefined],
    ['/ws', 'stopped', 101],
  ])
})

test('requests of one connection have a record each, one after the other or all at once', async (t) => {
  const upstream = await startUpstream(t, ({ url }, response) => response.end(url))
  const house = await startBefore(t, upstream)
  const client = await openRaw(house)
  for (const i of [1, 2, 3]) {
    await client.send(rawRequest(`GET /open/${i}`)).answer()
    await ends(t, house, { path: `/open/${i}`, status: 200, ending: 'answered', bytesSent: 7 })
  }
  client.send([4, 5, 6].map((i) => rawRequest(`GET /open/${i}`)).join(''))
  for (const i of [4, 5, 6]) {
    await client.answer()
    await ends(t, house, { path: `/open/${i}`, status: 200, ending: 'answered', bytesSent: 7 })
  }
  client.socket.destroy()
  await noMoreEnded(t, house)
})

test('without TLS too every request has its record', async (t) => {
  const house = await startTestHouse(t)
  const say = async (text: string) => {
    const socket = connect({ port: house.gateway.http!.port, host: '127.0.0.1' })
    socket.resume().end(text)
    await once(socket, 'close')
  }
  const plain = { listener: 'http', tlsVersion: undefined, serverName: undefined } as const
  await say(rawRequest('GET /alexa/authorize?state=s', ['User-Agent: old']))
  await ends(t, house, { ...plain, status: 308, ending: 'answered', path: '/alexa/authorize', userAgent: 'old' })
  await say(rawRequest('POST /alexa/token', TEN, '0123456789'))
  const { refusal } = await ends(t, house, { ...plain, status: 403, ending: 'refused', bytesReceived: 0 })
  t.is(refusal?.code, 'https_required')
  await say(rawRequest('GET /ws', UPGRADE))
  await ends(t, house, { ...plain, status: 308, ending: 'answered', upgraded: false })
  await say('nonsense\r\n\r\n')
  await ends(t, house, { ...plain, status: 400, ending: 'refused', protocol: '', method: '', path: '' })
  await noMoreEnded(t, house)
})

/** Waits for what tells nobody. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
