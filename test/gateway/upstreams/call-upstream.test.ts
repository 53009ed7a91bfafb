import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { callsTo } from '../../../src/gateway/upstreams/call-upstream.ts'
import { openUpstream, type UpstreamSettings } from '../../../src/gateway/upstreams/upstream.ts'
import type { CallUpstream, UpstreamCall } from '../../../src/http/call-upstream.ts'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { startFixedUpstream, startUpstream } from '../../support/scripted-upstream.ts'

/** Far longer than any test waits, so that it isn't this which ends a call. */
const LONG_MS = 60_000

/** An upstream with one connection, so that whoever doesn't free it is noticed by the next call. */
function open(t: ExecutionContext, url: string, change: Partial<UpstreamSettings> = {}) {
  const upstream = openUpstream({
    name: 'music',
    url,
    connections: 1,
    responseTimeoutMs: LONG_MS,
    ...change,
  } as UpstreamSettings)
  t.teardown(() => upstream.destroy())
  return { upstream, call: callsTo(upstream) }
}

const GET: UpstreamCall = { method: 'GET', path: '/', timeoutMs: LONG_MS }

async function fails(t: ExecutionContext, call: CallUpstream, code: string, what: UpstreamCall = GET): Promise<string> {
  const error = await t.throwsAsync(call(what), { instanceOf: GatewayError })
  t.is(error?.code, code as never, error?.detail)
  return error?.detail ?? ''
}

test('a call gets the whole answer, with the headers as they came, and sends what it was told to send', async (t) => {
  const seen: unknown[] = []
  const server = await startUpstream(t, async (request, response) => {
    const chunks = await request.toArray()
    seen.push([request.method, request.url, request.headers['content-type'], Buffer.concat(chunks).toString()])
    response.writeHead(201, { 'X-Answer': 'yes' })
    response.write('{"a":')
    response.end('1}')
  })
  const { call } = open(t, server.url)
  const headers = ['Content-Type', 'application/json']
  const answer = await call({ method: 'POST', path: '/api?x=1', headers, body: '{"ü":1}' })
  t.is(answer.status, 201)
  t.is(answer.body.toString(), '{"a":1}')
  t.is(answer.rawHeaders[answer.rawHeaders.indexOf('X-Answer') + 1], 'yes')
  t.deepEqual(seen, [['POST', '/api?x=1', 'application/json', '{"ü":1}']])
})

test('what the server refuses is an answer, which leaves the connection to the next call', async (t) => {
  const server = await startUpstream(t, (_, response) =>
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('no'),
  )
  const { call } = open(t, server.url)
  for (let i = 0; i < 3; i++) {
    const { status, body } = await call(GET)
    t.deepEqual([status, body.toString()], [401, 'no'])
  }
  t.is(server.sockets.size, 1)
})

test('calls at once share the connections that there are, in the order of coming', async (t) => {
  const order: string[] = []
  const server = await startUpstream(t, (request, response) => {
    order.push(request.url ?? '')
    response.end(request.url)
  })
  const { call } = open(t, server.url)
  const paths = Array.from({ length: 20 }, (_, i) => `/${i}`)
  const answers = await Promise.all(paths.map((path) => call({ ...GET, path })))
  t.deepEqual(
    answers.map(({ body }) => body.toString()),
    paths,
  )
  t.deepEqual(order, paths)
  t.is(server.sockets.size, 1)
})

/** What goes wrong with the first answer; the second is good. */
const BROKEN: [what: string, code: string, first: RequestListener, call?: Partial<UpstreamCall>][] = [
  ['breaks off before it', 'bad_gateway', (request) => request.socket.destroy()],
  [
    'breaks off in its middle',
    'bad_gateway',
    (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('half', () => response.destroy())
    },
  ],
  [
    'breaks off in a chunk',
    'bad_gateway',
    (_, response) => {
      response.write('half', () => response.destroy())
    },
  ],
  ['is one byte too large', 'bad_gateway', (_, response) => response.end('x'.repeat(101)), { limit: 100 }],
  [
    'never ends and is too large',
    'bad_gateway',
    (_, response) => {
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(1000), more)
      }
      more()
    },
    { limit: 100_000 },
  ],
  ['never begins', 'gateway_timeout', () => {}, { timeoutMs: 50 }],
  [
    'never ends',
    'gateway_timeout',
    (_, response) => {
      response.write('half')
    },
    { timeoutMs: 50 },
  ],
]

for (const [what, code, first, change] of BROKEN) {
  test(`an answer that ${what} is ${code}, and the connection is free for the next call`, async (t) => {
    let requests = 0
    const server = await startUpstream(t, (request, response) => {
      requests += 1
      if (requests === 1) first(request, response)
      else response.end('good')
    })
    const { call } = open(t, server.url)
    await fails(t, call, code, { ...GET, ...change })
    t.is((await call({ ...GET, limit: 100 })).body.toString(), 'good')
  })
}

test('an answer as large as may be is whole', async (t) => {
  const server = await startUpstream(t, (_, response) => response.end('x'.repeat(100)))
  t.is((await open(t, server.url).call({ ...GET, limit: 100 })).body.length, 100)
})

for (const [what, bytes] of [
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a header that is none', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['both framings', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'],
  ['nothing', ''],
] as const) {
  test(`${what} for an answer is bad_gateway`, async (t) => {
    const server = await startFixedUpstream(t, bytes, (socket) => socket.end())
    await fails(t, open(t, server.url).call, 'bad_gateway')
  })
}

test('a server that is not there is bad_gateway, and its address stands in the detail, nothing that was sent', async (t) => {
  const { call } = open(t, 'http://127.0.0.1:1')
  const what: UpstreamCall = { ...GET, method: 'POST', path: '/auth/login', body: 'a secret of somebody' }
  const detail = await fails(t, call, 'bad_gateway', what)
  t.regex(detail, /^music at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/)
  t.false(detail.includes('secret'))
})

test('whoever waits too long for a connection is told that the upstream is busy', async (t) => {
  const server = await startUpstream(t, () => {})
  const { call } = open(t, server.url, { responseTimeoutMs: 50 })
  const first = call({ ...GET, timeoutMs: 2000 })
  await fails(t, call, 'upstream_busy')
  t.is((await t.throwsAsync(first, { instanceOf: GatewayError }))?.code, 'gateway_timeout')
})

test('an upstream that is retired answers the call that is under way, and then closes', async (t) => {
  const asked = Promise.withResolvers<() => void>()
  const server = await startUpstream(t, (_, response) => asked.resolve(() => response.end('good')))
  const { upstream, call } = open(t, server.url)
  const answer = call(GET)
  const respond = await asked.promise
  const retired = upstream.retire()
  respond()
  t.is((await answer).body.toString(), 'good')
  await retired
  for (const socket of server.sockets) if (!socket.destroyed) await once(socket, 'close')
  t.is(server.sockets.size, 0)
})
