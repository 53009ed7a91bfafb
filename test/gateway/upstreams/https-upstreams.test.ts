import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { Duplex } from 'node:stream'
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { WebSocketServer } from 'ws'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { type PrivateCertificate, privateCertificate, startSecure } from '../../support/secure-upstream.ts'

const YEAR_MS = 365 * 86_400_000

/** A gateway before an upstream with TLS. @param ca the file of the CA that is trusted there. */
function startBefore(t: ExecutionContext, url: string, ca?: string): Promise<TestHouse> {
  return startTestHouse(t, ({ upstreams }) => {
    upstreams['music-assistant'] = { ...upstreams['music-assistant'], url, ...(ca ? { ca } : {}) }
  })
}

/** An upstream with TLS, HTTP/1.1 and WebSockets that greet. */
async function startHttps(t: ExecutionContext, { key, cert }: PrivateCertificate, host?: string) {
  const seen: { url: string | undefined; serverName: unknown; protocol: string }[] = []
  const server = createServer({ key, cert }, ({ url, socket, httpVersion }, response) => {
    seen.push({ url, serverName: (socket as TLSSocket).servername, protocol: httpVersion })
    response.end('secret hello')
  })
  new WebSocketServer({ server }).on('connection', (webSocket, { url, socket }) => {
    seen.push({ url, serverName: (socket as TLSSocket).servername, protocol: 'websocket' })
    webSocket.send('secret hello')
  })
  return { url: await startSecure(t, server, host), seen }
}

async function statusOf(house: TestHouse, request: string): Promise<[number, string]> {
  const { status, body } = await exchangeRaw(house, request)
  return [status, body.startsWith('{') ? JSON.parse(body).error : body]
}

const GET = rawRequest('GET /open/x')
const TO_WEBSOCKET = rawRequest('GET /open/x', UPGRADE)

test('63. an upstream with a certificate of a private CA is reached where that CA is named, by requests and WebSockets', async (t) => {
  const certificate = await privateCertificate(t)
  for (const [host, serverName] of [
    ['localhost', 'localhost'],
    // SNI has names only. (RFC 6066 section 3)
    ['127.0.0.1', false],
  ] as const) {
    const { url, seen } = await startHttps(t, certificate, host)
    const house = await startBefore(t, url, certificate.caFile)
    for (let i = 0; i < 3; i++) t.deepEqual(await statusOf(house, GET), [200, 'secret hello'])
    const client = (await openRaw(house)).send(TO_WEBSOCKET)
    t.is((await client.answer()).status, 101)
    await client.until((text) => text.includes('secret hello'))
    client.socket.destroy()
    t.deepEqual(
      seen.map((one) => one.serverName || false),
      Array(4).fill(serverName),
    )
  }
})

test('63. a certificate that nobody vouches for is 502, and the log says how to trust it', async (t) => {
  const [certificate, stranger] = [await privateCertificate(t), await privateCertificate(t)]
  const { url, seen } = await startHttps(t, certificate)
  for (const ca of [undefined, stranger.caFile]) {
    const house = await startBefore(t, url, ca)
    for (const request of [GET, TO_WEBSOCKET]) {
      t.deepEqual(await statusOf(house, request), [502, 'bad_gateway'])
      t.regex(await house.logged('bad_gateway'), /certificate.*upstreams\.music-assistant-open\.ca/)
      house.log.length = 0
    }
  }
  t.deepEqual(seen, [])
})

test('63. a certificate for another host, and one that has expired, are 502', async (t) => {
  for (const [change, told] of [
    [{ names: ['elsewhere.example'] }, /altnames/],
    [{ age: 3 * YEAR_MS }, /expired/],
  ] as const) {
    const certificate = await privateCertificate(t, change as { names?: string[]; age?: number })
    const { url, seen } = await startHttps(t, certificate)
    const house = await startBefore(t, url, certificate.caFile)
    for (const request of [GET, TO_WEBSOCKET]) {
      t.deepEqual(await statusOf(house, request), [502, 'bad_gateway'])
      t.regex(await house.logged('bad_gateway'), told)
      house.log.length = 0
    }
    t.deepEqual(seen, [])
  }
})

test('63. an upstream that offers HTTP/2 is spoken to in HTTP/1.1, and its answer arrives', async (t) => {
  const { key, cert, caFile } = await privateCertificate(t)
  const seen: string[] = []
  const server = createSecureServer({ key, cert, allowHTTP1: true }, ({ httpVersion, method }, response) => {
    seen.push(`${method} in ${httpVersion}`)
    response.end('hello')
  })
  const house = await startBefore(t, await startSecure(t, server), caFile)
  t.deepEqual(await statusOf(house, GET), [200, 'hello'])
  t.deepEqual(await statusOf(house, rawRequest('POST /open/x', ['Content-Length: 2'], 'hi')), [200, 'hello'])
  t.deepEqual(seen, ['GET in 1.1', 'POST in 1.1'])
})

test('63. an upstream that speaks nothing but HTTP/2 executes nothing, and its client is told so', async (t) => {
  const { key, cert, caFile } = await privateCertificate(t)
  let requests = 0
  const server = createSecureServer({ key, cert }, () => {
    requests += 1
  })
  // As most servers do; Node's own says 403 to whoever speaks HTTP/1.1, or breaks off.
  const refusing = createTlsServer({ key, cert, ALPNProtocols: ['h2'] }, () => {
    requests += 1
  })
  for (const upstream of [server, refusing]) {
    const house = await startBefore(t, await startSecure(t, upstream), caFile)
    for (const request of [GET, rawRequest('POST /open/x', ['Content-Length: 2'], 'hi'), TO_WEBSOCKET]) {
      const { status } = await exchangeRaw(house, request).catch(() => ({ status: 'cut' }))
      t.true((upstream === server ? ['cut', 403, 502] : [502]).includes(status))
    }
    if (upstream === refusing) t.regex(await house.logged('bad_gateway'), /application protocol/)
  }
  t.is(requests, 0)
})

test('63. an upstream that speaks HTTP/2 though it was not asked for, or no TLS at all, is 502', async (t) => {
  const { key, cert, caFile } = await privateCertificate(t)
  const settings = Buffer.from('000000040000000000', 'hex')
  const unasked = createTlsServer({ key, cert }, (socket) => {
    socket.on('error', () => {})
    socket.write(settings)
  })
  const without = createTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  for (const server of [unasked, without]) {
    const house = await startBefore(t, await startSecure(t, server), caFile)
    for (const request of [GET, TO_WEBSOCKET]) t.deepEqual(await statusOf(house, request), [502, 'bad_gateway'])
  }
})

test('63. an https upstream that never shakes hands is 504, and its connections are given back', async (t) => {
  let open = 0
  let changed = Promise.withResolvers<void>()
  const server = createTcpServer((socket) => {
    open += 1
    // Read, or it would never see the end.
    socket.resume().once('close', () => {
      open -= 1
      changed.resolve()
      changed = Promise.withResolvers()
    })
  })
  const url = await startSecure(t, server)
  const house = await startTestHouse(t, ({ upstreams }) => {
    Object.assign(upstreams['music-assistant'], { url, response_timeout: 1 })
  })
  const statuses = await Promise.all([GET, TO_WEBSOCKET].map((request) => statusOf(house, request)))
  t.deepEqual(statuses, Array(2).fill([504, 'gateway_timeout']))
  while (open > 0) await changed.promise
  t.pass()
})

test('63. large bodies arrive whole over TLS, both ways', async (t) => {
  const certificate = await privateCertificate(t)
  const large = Buffer.alloc(20 * 2 ** 20, 'all the music that there is ')
  const server = createServer(certificate, async (request, response) => {
    response.end(Buffer.concat(await request.toArray()))
  })
  const house = await startBefore(t, await startSecure(t, server), certificate.caFile)
  const client = await openRaw(house)
  client.send(rawRequest('POST /open/x', [`Content-Length: ${large.length}`])).send(large)
  const { status, body } = await client.answer()
  t.is(status, 200)
  t.true(Buffer.from(body, 'latin1').equals(large))
  client.socket.destroy()
})

test('63. the connections to an https upstream are closed with the gateway', async (t) => {
  const certificate = await privateCertificate(t)
  const server = createServer({ ...certificate, keepAliveTimeout: 75_000 }, (_, response) => response.end('hello'))
  const closed = Promise.withResolvers<void>()
  server.on('connection', (socket) => socket.once('close', () => closed.resolve()))
  const house = await startBefore(t, await startSecure(t, server), certificate.caFile)
  t.deepEqual(await statusOf(house, GET), [200, 'hello'])
  await house.gateway.close()
  await closed.promise
  t.pass()
})

test('64. over TLS a body that only its end ends is whole after a close_notify, and cut off without', async (t) => {
  const { key, cert, caFile } = await privateCertificate(t)
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const isProper of [true, false]) {
      const secureContext = createSecureContext({ key, cert, maxVersion })
      const server = createTcpServer((tcp) => {
        // Over a stream, so that the TCP connection can be ended on its own.
        const secure = new TLSSocket(Duplex.from({ readable: tcp, writable: tcp }), { isServer: true, secureContext })
        secure.on('error', () => {})
        const end = () => (isProper ? secure.end() : tcp.end())
        secure.once('data', () => secure.write('HTTP/1.1 200 OK\r\n\r\nhello', end))
      })
      const house = await startBefore(t, await startSecure(t, server), caFile)
      for (const request of [GET, TO_WEBSOCKET]) {
        const client = (await openRaw(house)).send(request)
        const seen = await client.answer().then(
          ({ body }) => body,
          () => 'cut',
        )
        t.is(seen, isProper ? 'hello' : 'cut', `${maxVersion} ${request}`)
        client.socket.destroy()
      }
    }
  }
})
