import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { seedOf } from '../support/property.ts'
import { tlv, version1, version2 } from '../support/proxy-headers.ts'
import { RawClient, rawRequest } from '../support/raw-client.ts'

/** The proxy of these tests; all other addresses of the loopback network are strangers'. */
const PROXY = '127.4.0.1'
const CLIENT = '203.0.113.9'

type Limits = Record<string, number | string[]>

/** A house behind a proxy that speaks the PROXY protocol, on all three listeners. */
function startBehindProxy(t: ExecutionContext, limits: Limits = {}, proxy_protocol = true): Promise<TestHouse> {
  return startTestHouse(t, (config) => {
    Object.assign(config.listen, { plain: '127.0.0.1:0', trusted_proxies: [PROXY, '127.4.9.0/24'], proxy_protocol })
    Object.assign(config, { limits: { own_networks: ['192.168.1.0/24'], ...limits } })
  })
}

function open(t: ExecutionContext, port: number, localAddress = PROXY): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true, allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  return socket.on('error', () => {})
}

/** TLS through a connection that begins with these bytes. */
function speakTls(t: ExecutionContext, house: TestHouse, header: string | Buffer, from?: string): RawClient {
  const tcp = open(t, house.port, from)
  tcp.write(header)
  const socket = connectTls({ socket: tcp, servername: 'localhost', ca: house.ca, ALPNProtocols: ['http/1.1'] })
  return new RawClient(socket, tcp)
}

/** A request in clear behind these bytes, in as many pieces. @returns all that came. */
async function say(t: ExecutionContext, port: number, pieces: (string | Buffer)[], from?: string): Promise<string> {
  const socket = open(t, port, from)
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk
  })
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve))
  await Promise.race([once(socket, 'end'), once(socket, 'close')])
  return said
}

const HEALTH = rawRequest('GET /health', ['Connection: close'])
const OVER_TLS = rawRequest('GET /health', ['Connection: close', 'X-Forwarded-Proto: https'])

/** The one line that tells of connections, once the gateway has stopped. */
async function cutLine(house: TestHouse): Promise<string> {
  await house.gateway.close()
  return house.logged('connections were cut off')
}

for (const [name, header] of [
  ['version 1', version1(CLIENT)],
  ['version 2', version2({ from: CLIENT, tlvs: tlv(0x02, 'home.example.org') })],
] as const) {
  test(`${name} of a trusted proxy tells who the client is, on each listener`, async (t) => {
    const house = await startBehindProxy(t)
    const client = speakTls(t, house, header)
    t.is((await client.send(HEALTH).answer()).status, 200)
    t.like(await house.requests.next(), { address: CLIENT, peer: PROXY, listener: 'https', status: 200 })
    t.regex(await say(t, house.gateway.plain!.port, [header, OVER_TLS]), /^HTTP\/1\.1 200 /)
    t.like(await house.requests.next(), { address: CLIENT, peer: PROXY, listener: 'plain', status: 200 })
    t.regex(await say(t, house.gateway.http!.port, [header, HEALTH]), /^HTTP\/1\.1 308 /)
    t.like(await house.requests.next(), { address: CLIENT, peer: PROXY, listener: 'http', status: 308 })
  })

  test(`${name} may come in any two pieces, and nothing behind it is lost`, async (t) => {
    const house = await startBehindProxy(t)
    const bytes = Buffer.concat([Buffer.from(header as string, 'latin1'), Buffer.from(OVER_TLS)])
    const end = bytes.length - OVER_TLS.length
    for (let cut = 1; cut <= end + 5; cut++) {
      const said = await say(t, house.gateway.plain!.port, [bytes.subarray(0, cut), bytes.subarray(cut)])
      t.regex(said, /^HTTP\/1\.1 200 /, `cut at ${cut}`)
      t.is((await house.requests.next()).address, CLIENT)
    }
  })

  test(`${name} with a ClientHello in the same packet, in any two pieces`, async (t) => {
    const house = await startBehindProxy(t)
    const bytes = Buffer.from(header as string, 'latin1')
    for (let cut = 0; cut <= bytes.length; cut += 3) {
      const tcp = open(t, house.port)
      await once(tcp, 'connect')
      tcp.write(bytes.subarray(0, cut))
      // One write with what TLS writes first.
      tcp.cork()
      tcp.write(bytes.subarray(cut))
      const tls = connectTls({ socket: tcp, servername: 'localhost', ca: house.ca })
      setImmediate(() => tcp.uncork())
      const client = new RawClient(tls, tcp)
      t.is((await client.send(HEALTH).answer()).status, 200)
      t.is((await house.requests.next()).address, CLIENT)
      tls.destroy()
    }
  })
}

test('what the header names is what X-Forwarded-For counts from', async (t) => {
  const house = await startBehindProxy(t)
  const plain = house.gateway.plain!.port
  const ask = async (header: string | Buffer) => {
    await say(t, plain, [
      header,
      rawRequest('GET /health', ['Connection: close', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 198.51.100.7']),
    ])
    return (await house.requests.next()).address
  }
  t.is(await ask(version1(CLIENT)), CLIENT)
  // A trusted proxy behind another.
  t.is(await ask(version1('127.4.9.9')), '198.51.100.7')
  // The proxy speaks for itself, as it does without a header.
  t.is(await ask(version2({ command: 0x20, from: CLIENT })), '198.51.100.7')
  // It may be the client that has written it.
  t.is(await ask('PROXY UNKNOWN\r\n'), undefined)
  t.is(await ask(version2({ family: 0, addresses: Buffer.alloc(0) })), undefined)
})

test('upstreams are told the address of the header', async (t) => {
  const house = await startBehindProxy(t)
  await speakTls(t, house, version1(CLIENT))
    .send(rawRequest('GET /open/x', ['X-Forwarded-For: 198.51.100.7']))
    .answer()
  const [request] = house.music.requests.filter(({ url }) => url?.startsWith('/open/x'))
  t.deepEqual(request?.header('x-forwarded-for'), [CLIENT])
})

test('whoever is no trusted proxy is not read as one', async (t) => {
  const house = await startBehindProxy(t)
  t.is((await speakTls(t, house, '', '127.0.0.1').send(HEALTH).answer()).status, 200)
  t.is((await house.requests.next()).address, '127.0.0.1')
  for (const header of [version1(CLIENT), version2({ from: CLIENT })]) {
    const client = speakTls(t, house, header, '127.0.0.1')
    await client.closed
    t.is(client.received, '')
    t.regex(await say(t, house.gateway.http!.port, [header, HEALTH], '127.0.0.1'), /^HTTP\/1\.1 400 /)
    const { address, refusal } = await house.requests.next()
    t.is(address, '127.0.0.1')
    t.regex(refusal?.detail ?? '', /listen\.proxy_protocol: true .* listen\.trusted_proxies/)
  }
  t.regex(await cutLine(house), /2 \(the last from 127\.0\.0\.1\): they began with a header of the PROXY protocol/)
})

test('where no PROXY protocol is wanted, a header of a trusted proxy names the key', async (t) => {
  const house = await startBehindProxy(t, {}, false)
  await speakTls(t, house, version2({ from: CLIENT })).closed
  t.regex(await cutLine(house), /1 \(the last from 127\.4\.0\.1\): they began .* listen\.proxy_protocol: true/)
})

test('a trusted proxy that sends no header is cut off on each listener, and the log names the key', async (t) => {
  const house = await startBehindProxy(t)
  t.is(await say(t, house.gateway.plain!.port, [OVER_TLS]), '')
  t.is(await say(t, house.gateway.http!.port, [HEALTH]), '')
  await speakTls(t, house, '').closed
  t.deepEqual(house.requests.records, [])
  t.regex(
    await cutLine(house),
    /3 \(the last from 127\.4\.0\.1\): a trusted proxy did not begin .* listen\.proxy_protocol/,
  )
})

test('a broken header, or one that is too long, is cut off', async (t) => {
  const house = await startBehindProxy(t)
  const broken = [
    'PROXY TCP4 203.0.113.9\r\n',
    'PROXY UNKNOWN '.padEnd(200, 'x'),
    version2({ from: CLIENT, command: 0x2f }),
    version2({ from: CLIENT, tlvs: tlv(0x04, 'x'.repeat(4000)) }),
  ]
  for (const header of broken) t.is(await say(t, house.gateway.plain!.port, [header, OVER_TLS]), '')
  t.deepEqual(house.requests.records, [])
  t.regex(await cutLine(house), /4 \(the last from 127\.4\.0\.1\): a trusted proxy sent a broken header/)
})

test('a header that does not come in time is waited for no longer than a handshake', async (t) => {
  const house = await startBehindProxy(t)
  const begun = ['', 'PROXY TCP4', version2({ from: CLIENT }).subarray(0, 14)]
  t.deepEqual(await Promise.all(begun.map((part) => say(t, house.gateway.plain!.port, [part]))), ['', '', ''])
  t.regex(
    await cutLine(house),
    /3 \(the last from 127\.4\.0\.1\): a trusted proxy sent no header of the PROXY protocol in time/,
  )
})

test('connections without a header yet are few: with one more, the oldest goes', async (t) => {
  const house = await startBehindProxy(t, { handshakes: 8 })
  const waiting: Socket[] = []
  for (let i = 0; i < 9; i++) {
    waiting.push(open(t, house.port))
    await once(waiting[i]!, 'connect')
  }
  await once(waiting[0]!.resume(), 'end')
  t.true(waiting.slice(1).every(({ readableEnded, destroyed }) => !readableEnded && !destroyed))
  t.is((await speakTls(t, house, version1(CLIENT)).send(HEALTH).answer()).status, 200)
})

test('55. clients behind the proxy are limited by their own addresses, each by itself', async (t) => {
  const house = await startBehindProxy(t, { per_address: 3 })
  const plain = house.gateway.plain!.port
  const held = await Promise.all(
    [1, 2, 3].map(async () => {
      const socket = open(t, plain)
      socket.write(version1(CLIENT) + rawRequest('GET /health', ['X-Forwarded-Proto: https']))
      await once(socket, 'data')
      return socket
    }),
  )
  t.is(await say(t, plain, [version1(CLIENT), OVER_TLS]), '')
  t.regex(await say(t, plain, [version1('203.0.113.10'), OVER_TLS]), /^HTTP\/1\.1 200 /)
  // The owner has no such limit, behind the proxy neither.
  for (let i = 0; i < 5; i++) open(t, plain).write(version1('192.168.1.5'))
  t.regex(await say(t, plain, [version1('192.168.1.5'), OVER_TLS]), /^HTTP\/1\.1 200 /)
  held[0]!.end()
  await once(held[0]!.resume(), 'close')
  t.regex(await say(t, plain, [version1(CLIENT), OVER_TLS]), /^HTTP\/1\.1 200 /)
  t.regex(await cutLine(house), /1: their address had too many/)
})

test('55. what a proxy has brought gives its place back, whatever became of it', async (t) => {
  const house = await startBehindProxy(t, { per_address: 2 })
  for (let i = 0; i < 5; i++) {
    const client = speakTls(t, house, version1(CLIENT))
    t.is((await client.send(HEALTH).answer()).status, 200)
    client.reset()
    const silent = open(t, house.port)
    silent.write(version1(CLIENT))
    silent.resetAndDestroy()
    await once(silent, 'close')
    while (house.gateway.https!.connections() > 0) await new Promise(setImmediate)
  }
  t.pass()
})

test('who looks whether the port is open, and goes, leaves no line', async (t) => {
  const house = await startBehindProxy(t)
  const socket = open(t, house.gateway.plain!.port)
  await once(socket, 'connect')
  socket.end()
  await once(socket.resume(), 'close')
  await house.gateway.close()
  t.false(house.log.some((line) => line.includes('connections were cut off')))
})

test('whatever a proxy sends, in whatever pieces, nothing is answered without a header, and the gateway goes on', async (t) => {
  const house = await startBehindProxy(t)
  const beginnings = ['', 'PROXY ', version1(CLIENT).slice(0, -2), '\r\n\r\n\0\r\nQUIT\n']
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...beginnings).map((text) => Buffer.from(text, 'latin1')),
  )
  const property = fc.asyncProperty(fc.array(piece, { maxLength: 5 }), fc.boolean(), async (pieces, tls) => {
    const port = tls ? house.port : house.gateway.plain!.port
    // A byte that no header goes on with.
    const said = await say(t, port, [...pieces.filter(({ length }) => length > 0), Buffer.from([0xff]), OVER_TLS])
    t.false(said.includes('200 OK'))
  })
  await fc.assert(property, { seed: seedOf(t), numRuns: 60 })
  t.is((await speakTls(t, house, version1(CLIENT)).send(HEALTH).answer()).status, 200)
})
