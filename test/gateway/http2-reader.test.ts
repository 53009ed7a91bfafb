import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import test, { type ExecutionContext } from 'ava'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { Http2Exchange } from '../support/http2-exchange.ts'
import { openRaw } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { issueToken } from '../support/tokens.ts'

/** A request as it is written over either protocol. */
interface Asked {
  method?: string
  path: string
  host?: string
  /** Names and values in turn. */
  headers?: string[]
  body?: string
  /** Of the body; unless it is said, it has a length. */
  framing?: 'length' | 'none said'
}

/** What the client was told, unless it was cut off. */
interface Told {
  status: number
  headers: string[][]
  body: string
}

/** These say something of a connection or the time, and nothing of what was decided. */
const OF_CONNECTION = /^(connection|keep-alive|transfer-encoding|date|host|:status)$/

const pairs = (raw: string[]) =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1] as string]] : []))
const decided = (raw: string[]) =>
  pairs(raw)
    .filter(([name]) => !OF_CONNECTION.test(name as string))
    .sort()

test('a hundred requests over HTTP/2 are decided, passed on and answered as over HTTP/1.1', async (t) => {
  const seen: unknown[] = []
  const upstream = await startUpstream(t, async (request, response) => {
    const body = await text(request).catch(() => 'cut off')
    // A body whose length nobody said gets one here, if it has come whole before it is sent on.
    const headers = decided(request.rawHeaders).filter(([name]) => name !== 'content-length')
    seen.push([request.method, request.url, headers, body])
    answer(request, response)
  })
  const house = await startTestHouse(t, (config) => {
    config.upstreams['music-assistant'].url = upstream.url
    const more = [
      { path: '/old', auth: 'none', redirect: '/open/new' },
      { path: '/robots.txt', auth: 'none', respond: { status: 200, body: 'no' } },
    ]
    config.routes.push(...(more as unknown as typeof config.routes))
  })
  const overHttp2 = await serveHttp2(t, house)
  const requests = requestsOf(await issueToken(house), await issueToken(house, ['music.read']))
  t.true(requests.length >= 100, `${requests.length}`)
  for (const asked of requests) {
    const title = `${asked.method} ${asked.path} ${asked.headers?.join().slice(0, 60)}`
    const told = await overHttp1(house, asked)
    const record = await house.requests.next()
    const seenOverHttp1 = seen.splice(0)
    const [toldOverHttp2, recordOverHttp2] = await overHttp2(asked)
    t.deepEqual(toldOverHttp2, told, title)
    t.deepEqual(factsOf(recordOverHttp2), factsOf(record), title)
    t.deepEqual(seen.splice(0), seenOverHttp1, title)
  }
})

function requestsOf(token: string, weak: string): Asked[] {
  const bearer = (one: string) => ['authorization', `Bearer ${one}`]
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']
  const each = (paths: string[], headers: string[] = []) =>
    paths.flatMap((path) => methods.map((method) => ({ method, path, headers })))
  const forged = [
    'x-remote-user-id',
    '1',
    'X_Remote.User-Name',
    'root',
    'x-forwarded-for',
    '6.6.6.6',
    'forwarded',
    'for=x',
  ]
  const form = ['content-type', 'application/x-www-form-urlencoded']
  const get = (path: string, headers: string[] = []) => ({ path, headers })
  const post = (path: string, headers: string[], body: string, framing?: Asked['framing']) => ({
    ...{ method: 'POST', path, headers, body, framing },
  })
  const refused = [
    '/open/../x',
    '//x',
    '/open//x',
    '/open/%2e%2e/x',
    '/open/%2fx',
    '/open/%5c',
    '/open/x%',
    '/open/%00',
    '/a/.',
  ]
  return [
    ...each(['/open/x', '/any/x', '/api', '/nowhere', '/health', '/alexa/token', '/old']),
    ...each(['/any/x?q=1', '/api'], [...bearer(token), ...forged]),
    ...refused.map((path) => get(path, bearer(token))),
    ...['localhost:', 'home.example:1234567', 'localhost:65', '[::1]'].map((host) => ({ ...get('/open/x'), host })),
    ...['weak', 'u'.repeat(43), '!!!'].map((one) => get('/any/x', bearer(one))),
    post('/api', bearer(weak), '{}'),
    post('/api', bearer('none'), '{}'),
    post('/api', bearer(token), '{"command":"players/all"}'),
    post('/api', [...bearer(token), 'x-fails', '401'], '{}'),
    post('/api', bearer(token), 'x'.repeat(100_000), 'none said'),
    post('/open/x', ['expect', 'miracle'], '{}'),
    post('/dead', [], '{}'),
    get('/dead', ['accept', 'text/html', 'accept-language', 'de']),
    get('/ws', bearer(token)),
    {
      ...get('/alexa/token', ['origin', 'https://a.example', 'access-control-request-method', 'POST']),
      method: 'OPTIONS',
    },
    get('/open/204'),
    get('/open/304'),
    get('/open/die'),
    get('/open/stream'),
    { ...get('/open/204'), method: 'HEAD' },
    get('/open/x', ['cookie', 'a=1', 'cookie', 'b=2', 'cookie', '__Host-skillgate-session=s', 'cookie', 'c=3']),
    get('/open/x', ['x-a', '1', 'x-a', '2', 'te', 'trailers', 'transfer_encoding', 'chunked']),
    get('/open/x', ['x-a', '1', 'x-a', '2', 'te', 'trailers']),
    get('/alexa/userinfo', bearer(token)),
    get('/alexa/authorize?client_id=nobody', ['accept', 'text/html']),
    get('/.well-known/oauth-authorization-server'),
    post('/alexa/token', form, 'grant_type=nothing'),
    post('/alexa/token', form, 'grant_type=nothing', 'none said'),
    post('/alexa/token', form, 'a='.repeat(20_000)),
    post('/alexa/introspect', [], '{}'),
    post('/nowhere', [], 'never read'),
    { ...post('/open/x', [], 'with a body'), method: 'GET' },
    { ...post('/open/x', [], 'with a body', 'none said'), method: 'GET' },
    { ...post('/robots.txt', [], ''), method: 'GET' },
  ]
}

/** What the upstream says, by what it is asked for. */
function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  if (headers['x-fails']) response.writeHead(Number(headers['x-fails'])).end('no')
  else if (url.endsWith('/204')) response.writeHead(204).end()
  else if (url.endsWith('/304')) response.writeHead(304, { ETag: '"a"' }).end()
  else if (url.endsWith('/die')) response.writeHead(200).write('half', () => response.destroy())
  else if (url.endsWith('/stream')) response.write('one', () => setImmediate(() => response.end('two')))
  else
    response
      .writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-Name': 'value', Connection: 'X-Hop', 'X-Hop': '1' })
      .end(url)
}

function headersOf({ headers = [], body, framing = 'length' }: Asked): string[] {
  return body === undefined || framing !== 'length' ? headers : [...headers, 'content-length', String(body.length)]
}

async function overHttp1(house: TestHouse, asked: Asked): Promise<Told | 'cut'> {
  const { method = 'GET', path, host = 'localhost', body = '', framing } = asked
  const chunked = framing === 'none said'
  const lines = pairs(headersOf(asked)).map(([name, value]) => `${name}: ${value}`)
  if (chunked) lines.push('transfer-encoding: chunked')
  const sent = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
  const client = await openRaw(house)
  try {
    client.send([`${method} ${path} HTTP/1.1`, `host: ${host}`, ...lines, '', sent].join('\r\n'))
    const { status, rawHeaders, body } = await client.answer({ head: method === 'HEAD' })
    return { status, headers: decided(rawHeaders), body: Buffer.from(body, 'latin1').toString() }
  } catch {
    return 'cut'
  } finally {
    client.socket.destroy()
  }
}

type OverHttp2 = (asked: Asked) => Promise<[Told | 'cut', RequestRecord]>

/** A listener of the test's own before the same handler as the gateway's. */
async function serveHttp2(t: ExecutionContext, { folder, gateway, ca }: TestHouse): Promise<OverHttp2> {
  const read = (name: string) => readFileSync(join(folder, 'certs', name))
  const server = createSecureServer({ cert: read('local.pem'), key: read('local.key') })
  let handled = Promise.withResolvers<RequestRecord>()
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
    stream.on('error', () => {})
    const exchange = new Http2Exchange(stream, headers, flags, raw)
    gateway.handle(exchange).then(() => handled.resolve(exchange.record), handled.reject)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo

  return async (asked) => {
    const { method = 'GET', path, host = 'localhost', body } = asked
    handled = Promise.withResolvers()
    const session = connect(`https://localhost:${port}`, { ca })
    session.on('error', () => {})
    const pseudo = [':method', method, ':scheme', 'https', ':authority', host, ':path', path]
    const headers = Object.groupBy(pairs([...pseudo, ...headersOf(asked)]), ([name]) => name as string)
    const values = Object.entries(headers).map(([name, all]) => {
      const list = all!.map(([, value]) => value as string)
      return [name, list.length === 1 ? list[0] : list]
    })
    const stream = session.request(Object.fromEntries(values), { endStream: body === undefined })
    stream.on('error', () => {})
    if (body !== undefined) stream.end(body)
    const told = await answerOf(stream)
    const record = await handled.promise
    session.destroy()
    return [told, record]
  }
}

async function answerOf(stream: ReturnType<ReturnType<typeof connect>['request']>): Promise<Told | 'cut'> {
  let status = 0
  let headers: string[] = []
  stream.on('response', (fields, _, rawHeaders: string[]) => {
    status = fields[':status'] ?? 0
    headers = rawHeaders
  })
  try {
    const closed = new Promise((resolve) => stream.once('close', resolve))
    const body = await text(stream)
    await closed
    return status === 0 || stream.rstCode !== 0 ? 'cut' : { status, headers: decided(headers), body }
  } catch {
    return 'cut'
  }
}

/** What was decided and done, without what each connection has of its own. */
function factsOf({ method, path, host, status, route, upstream, upstreamStatus, ...record }: RequestRecord) {
  const { user, client, grant, bytesReceived, ending, refusal } = record
  const where = { method, path, host, route, upstream, upstreamStatus }
  return { ...where, status, user, client, grant, bytesReceived, ending, refusal }
}
