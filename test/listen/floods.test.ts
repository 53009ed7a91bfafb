import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { CONSENT, exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startFixedUpstream, startUpstream } from '../support/scripted-upstream.ts'

/** Only this one is the owner's; all the others of the loopback network are strangers'. */
const OWN = '127.0.0.1'

type Limits = Record<string, number | string[]>

/** A house in which only one address is the owner's. @param upstream in the place of Music Assistant. */
function startLimited(t: ExecutionContext, limits: Limits, upstream?: string): Promise<TestHouse> {
  return startTestHouse(t, (config) => {
    Object.assign(config, { limits: { own_networks: [OWN], ...limits } })
    if (upstream) config.upstreams['music-assistant'].url = upstream
  })
}

/** Connects and says nothing, from the address of a stranger. */
async function sayNothing(t: ExecutionContext, { port }: TestHouse, localAddress: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  return socket
}

async function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const listener = new Duplex({ read() {}, write: (chunk) => resolve(chunk) })
    connectTls({ socket: listener, servername: 'localhost' }).on('error', () => {})
  })
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.resume().once('close', () => resolve())))
}

async function status(house: TestHouse, localAddress: string): Promise<number> {
  return (await exchangeRaw({ ...house, localAddress }, rawRequest('GET /health'))).status
}

test('55. an address that has its connections gets no more; others, and the owner, get in', async (t) => {
  const house = await startLimited(t, { per_address: 10 })
  await Promise.all(Array.from({ length: 10 }, () => sayNothing(t, house, '127.1.1.1')))
  const more = await Promise.all(Array.from({ length: 20 }, () => sayNothing(t, house, '127.1.1.1')))
  await Promise.all(more.map(closed))
  t.is(house.gateway.https!.connections(), 10)
  t.is(await status(house, '127.1.1.2'), 200)
  for (let i = 0; i < 15; i++) await sayNothing(t, house, OWN)
  t.is(await status(house, OWN), 200)
})

test('55. what a proxy of the owner brings is not limited as one address; a reload changes all limits', async (t) => {
  const house = await startLimited(t, { per_address: 3 })
  await Promise.all([1, 2, 3].map(() => sayNothing(t, house, '127.1.1.1')))
  await t.throwsAsync(status(house, '127.1.1.1'))
  await house.reload((config) => Object.assign(config.listen, { trusted_proxies: ['127.1.1.1'] }))
  t.is(await status(house, '127.1.1.1'), 200)
})

test('55. a crowd that says nothing shuts nobody out, and is told of in one line', async (t) => {
  const house = await startLimited(t, { connections: 40, reserved: 5 })
  for (let i = 0; i < 120; i++) {
    await sayNothing(t, house, `127.2.0.${i}`)
    // Those that had to go may still be closing.
    t.true(house.gateway.https!.connections() <= 40)
    if (i % 20 === 0) t.is(await status(house, '127.3.0.1'), 200)
  }
  t.is(await status(house, OWN), 200)
  await house.gateway.close()
  await house.logged('connections were cut off')
  const told = house.log.filter((line) => line.includes('connections were cut off'))
  t.true(told.length > 0 && told.length < 5)
  t.regex(told.join(), /\d+: somebody else needed their room more/)
})

test('55. half handshakes cost no more than a few at once, end in seconds, and let others finish theirs', async (t) => {
  const house = await startLimited(t, { handshakes: 8 })
  const hello = await clientHello()
  const half = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const socket = await sayNothing(t, house, `127.2.1.${i}`)
      socket.write(hello)
      // As one does that doesn't read.
      return socket
    }),
  )
  for (let i = 0; i < 3; i++) t.is(await status(house, '127.3.0.1'), 200)
  await Promise.all(half.map(closed))
  t.is(await status(house, '127.3.0.1'), 200)
})

test('55. what is no TLS, or only the beginning of it, never gets to TLS and is gone in seconds', async (t) => {
  const house = await startLimited(t, {})
  const hello = await clientHello()
  const parts = [hello.subarray(0, 1), hello.subarray(0, 4), hello.subarray(0, hello.length - 1)]
  const wrong = ['GET / HTTP/1.1\r\n\r\n', Buffer.from([22, 2]), Buffer.from([22, 3, 1, 0x40, 0x01])]
  const begun = performance.now()
  const sockets = await Promise.all(
    [...parts, ...wrong].map(async (bytes) => {
      const socket = await sayNothing(t, house, '127.1.1.1')
      socket.write(bytes)
      return socket
    }),
  )
  await Promise.all(sockets.map(closed))
  t.true(performance.now() - begun < 50_000)
})

test('55. two connections from one port, to two addresses of this machine, are two: neither outstays its time', async (t) => {
  const limits = { own_networks: [OWN], connections: 16, reserved: 0, handshakes: 8 }
  const house = await startTestHouse(t, (config) => {
    Object.assign(config, { limits })
    config.listen.https = '0.0.0.0:0'
  })
  // The kernel gives a port that is free; the second connection takes the same one.
  const first = await sayNothing(t, house, '127.5.0.1')
  const { localPort } = first
  const second = connect({ port: house.port, host: '127.0.0.2', localAddress: '127.5.0.1', localPort })
  t.teardown(() => second.destroy())
  second.on('error', () => {})
  await once(second, 'connect')
  t.is(second.localPort, localPort)
  // Now so many are open that nobody has long.
  const others = await Promise.all([2, 3].map((last) => sayNothing(t, house, `127.5.0.${last}`)))
  await Promise.all([first, second, ...others].map(closed))
  await house.gateway.close()
  t.regex(await house.logged('connections were cut off'), /4: /)
})

test('55. a handshake that comes in pieces is one all the same', async (t) => {
  const house = await startLimited(t, {})
  const tcp = connect({ port: house.port, host: '127.0.0.1', noDelay: true })
  t.teardown(() => tcp.destroy())
  const inPieces = new Duplex({
    read: () => tcp.resume(),
    async write(chunk: Buffer, _, done) {
      for (const [from, to] of [
        [0, 1],
        [1, 4],
        [4, 6],
        [6, chunk.length],
      ] as const)
        await new Promise((resolve) => tcp.write(chunk.subarray(from, to), resolve))
      done()
    },
  })
  tcp.on('data', (chunk) => inPieces.push(chunk) || tcp.pause())
  const tls = connectTls({ socket: inPieces, servername: 'localhost', ca: house.ca })
  await once(tls, 'secureConnect')
  tls.write(rawRequest('GET /health'))
  const [answer] = await once(tls, 'data')
  t.regex(String(answer), /^HTTP\/1\.1 200 /)
})

test('55. a client that takes nothing of its answer is cut off; one that has taken all may wait', async (t) => {
  const upstream = await startUpstream(t, (request, response) => {
    response.write('begin')
    if (request.url === '/open/big') response.write(Buffer.alloc(32 * 1024 * 1024))
  })
  const house = await startLimited(t, { send_timeout: 1 }, upstream.url)
  const quiet = (await openRaw(house)).send(rawRequest('GET /open/stream'))
  await quiet.until((text) => text.includes('begin'))
  const stuck = (await openRaw(house)).send(rawRequest('GET /open/big'))
  await stuck.until((text) => text.includes('begin'))
  stuck.socket.pause()
  const { ending, route } = await house.requests.next()
  t.deepEqual([ending, route], ['client left', '/open/*'])
  t.is(house.gateway.https!.connections(), 1)
  t.false(quiet.socket.destroyed)
  stuck.socket.destroy()
  quiet.socket.destroy()
})

test('55. a WebSocket that takes nothing is cut off; a silent one is not', async (t) => {
  let opened = 0
  const upstream = await startFixedUpstream(t, CONSENT, (socket) => {
    if (opened++ > 0) socket.write(Buffer.alloc(32 * 1024 * 1024))
  })
  const house = await startLimited(t, { send_timeout: 1 }, upstream.url)
  const open = async () => {
    const client = (await openRaw(house)).send(rawRequest('GET /open/ws', UPGRADE))
    t.is((await client.answer()).status, 101)
    return client
  }
  const silent = await open()
  const stuck = await open()
  stuck.socket.pause()
  t.like(await house.requests.next(), { upgraded: true, status: 101 })
  t.is(house.gateway.https!.connections(), 1)
  t.false(silent.socket.destroyed)
  stuck.socket.destroy()
  silent.socket.destroy()
})

test('55. an upload that dribbles is answered 408; one that is slow but steady arrives', async (t) => {
  const upstream = await startUpstream(t, (request, response) => {
    request.resume().once('end', () => response.end('thanks'))
  })
  const house = await startLimited(t, { upload_rate: 100, upload_grace: 2 }, upstream.url)
  const upload = async (every: string) => {
    const client = (await openRaw(house)).send(rawRequest('POST /open/upload', ['Content-Length: 2000']))
    const timer = setInterval(() => client.socket.writable && client.send(every), 200)
    t.teardown(() => clearInterval(timer))
    return client
  }
  const slow = await upload('x'.repeat(80))
  const dribbling = await upload('x')
  const { status, header, body } = await dribbling.answer()
  t.deepEqual([status, header('connection'), JSON.parse(body).error], [408, ['close'], 'request_timeout'])
  await dribbling.closed
  t.like(await slow.answer(), { status: 200, body: 'thanks' })
  slow.socket.destroy()
})

test('55. a client is not blamed for an upstream that takes nothing, and when it leaves then, that is noticed', async (t) => {
  const taken: IncomingMessage[] = []
  const upstream = await startUpstream(t, (request) => taken.push(request.pause()))
  const house = await startLimited(t, { upload_rate: 10_000, upload_grace: 1 }, upstream.url)
  const SIZE = 64 * 1024 * 1024
  const start = async () => {
    const client = (await openRaw(house)).send(rawRequest('POST /open/upload', [`Content-Length: ${SIZE}`]))
    client.send(Buffer.alloc(SIZE))
    return client
  }
  const [staying, leaving] = await Promise.all([start(), start()])
  // All buffers on the way are full by then: this one's few bytes are in nobody's way, so it is to blame.
  for (let i = 0; i < 3; i++) {
    const idle = (await openRaw(house)).send(rawRequest('POST /open/upload', ['Content-Length: 10'], 'x'))
    t.is((await idle.answer()).status, 408)
    t.is((await house.requests.next()).status, 408)
  }
  t.deepEqual(
    [staying, leaving].map(({ socket }) => socket.destroyed),
    [false, false],
  )
  t.is(house.gateway.https!.connections(), 2)
  leaving.reset()
  t.is((await house.requests.next()).ending, 'client left')
  t.is(house.gateway.https!.connections(), 1)
  t.false(staying.socket.destroyed)
  staying.socket.destroy()
})

test('55. short of memory, the gateway takes nothing new, says when to come again, and recovers by itself', async (t) => {
  const upstream = await startUpstream(t, (request, response) => {
    request.resume()
    response.write('begin')
    if (request.url === '/open/end') response.end()
  })
  // This process has more than that.
  const house = await startLimited(t, { memory: 100_000 }, upstream.url)
  const stream = (await openRaw(house)).send(rawRequest('GET /open/stream'))
  await stream.until((text) => text.includes('begin'))
  const idle = await openRaw(house)
  idle.send(rawRequest('GET /open/end'))
  await idle.answer()
  const held = Buffer.alloc(200 * 1024 * 1024, 1)
  await house.reload((config) => Object.assign(config, { limits: { own_networks: [OWN], memory: 128 } }))
  await house.logged('too little memory')
  await idle.closed
  for (const target of ['/health', '/open/end', '/alexa/authorize']) {
    const { status, header, body } = await exchangeRaw(house, rawRequest(`GET ${target}`))
    t.deepEqual([status, header('retry-after'), header('connection')], [503, ['10'], ['close']])
    t.is(JSON.parse(body).error, 'overloaded')
  }
  t.false(stream.socket.destroyed, 'what is under way goes on')
  await house.reload((config) => Object.assign(config, { limits: { memory: 100_000 } }))
  await house.logged('enough memory again')
  t.is((await exchangeRaw(house, rawRequest('GET /open/end'))).status, 200)
  t.is(held.length, 200 * 1024 * 1024)
  stream.socket.destroy()
})
