import test, { type ExecutionContext } from 'ava'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { noMoreEnded } from '../support/ended-requests.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

/** A request that is answered, and what its record has to say besides. */
type Case = [request: string, expected: Partial<RequestRecord> & { refused?: string }]

/** Sends each, and looks at the one record that it left. */
async function checkEndings(t: ExecutionContext, house: TestHouse, cases: Case[]): Promise<void> {
  for (const [request, { refused, ...expected }] of cases) {
    const isHead = request.startsWith('HEAD')
    const title = request.slice(0, 200)
    const client = exchangeRaw(house, request)
    const answer = isHead ? undefined : await client
    const record = await house.requests.next()
    if (answer) t.is(record.status, answer.status, title)
    if (answer && !record.upgraded) t.is(record.bytesSent, Buffer.byteLength(answer.body, 'latin1'), title)
    else await client.catch(() => {})
    t.is(record.refusal?.code, refused, title)
    t.like(record, { ending: refused ? 'refused' : 'answered', ...expected }, title)
    t.true((record.duration ?? -1) >= (record.firstByteAfter ?? 0), title)
  }
  await noMoreEnded(t, house)
}

test('whatever is let in leaves one record with who it was, where it went and how much of it there was', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const ada = { user: 'ada', client: 'amazon-alexa' }
  const music = { upstream: 'music-assistant' }
  const bearer = `Authorization: Bearer ${token}`
  const command = '{"command":"players/all"}'
  await checkEndings(t, house, [
    [
      rawRequest('POST /api?secret=1', [bearer, 'User-Agent: Echo/1', `Content-Length: ${command.length}`], command),
      {
        ...{ ...ada, ...music, status: 200, upstreamStatus: 200, route: '/api', path: '/api', method: 'POST' },
        ...{ bytesReceived: command.length, userAgent: 'Echo/1', protocol: 'HTTP/1.1', listener: 'https' },
        ...{
          tlsVersion: 'TLSv1.3',
          serverName: 'localhost',
          host: 'localhost',
          peer: '127.0.0.1',
          address: '127.0.0.1',
        },
      },
    ],
    [
      rawRequest('POST /open/x', ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'),
      {
        upstream: 'music-assistant-open',
        user: undefined,
        client: undefined,
        grant: undefined,
        bytesReceived: 5,
        upstreamStatus: 404,
      },
    ],
    [rawRequest('POST /open/x', ['Expect: 100-continue', 'Content-Length: 5'], 'hello'), { bytesReceived: 5 }],
    [rawRequest('HEAD /open/x', ['Connection: close']), { method: 'HEAD', status: 404, bytesSent: 0 }],
    [rawRequest('GET /open/x').replace('1.1', '1.0'), { protocol: 'HTTP/1.0', route: '/open/*', bytesReceived: 0 }],
    [rawRequest('GET /any/x', [bearer]), { ...ada, ...music, route: '/any/*', upstreamStatus: 404 }],
  ])
})

test('whatever is refused leaves one record with its code, and nobody in it who was not let in', async (t) => {
  const house = await startTestHouse(t)
  const [token, weak] = [await issueToken(house), await issueToken(house, ['music.read'])]
  const bearer = (one: string) => `Authorization: Bearer ${one}`
  const nobody = { user: undefined, client: undefined, grant: undefined, upstream: undefined, bytesReceived: 0 }
  const post = (lines: string[]) => rawRequest('POST /api', [...lines, 'Content-Length: 2'], '{}')
  await checkEndings(t, house, [
    [post([]), { ...nobody, status: 401, refused: 'unauthorized', route: '/api' }],
    [post([bearer('u'.repeat(43))]), { ...nobody, status: 401, refused: 'invalid_token', route: '/api' }],
    [post([bearer(weak)]), { ...nobody, status: 403, refused: 'insufficient_scope', route: '/api' }],
    [
      rawRequest('GET /nowhere?x'),
      { ...nobody, status: 404, refused: 'not_found', route: undefined, path: '/nowhere' },
    ],
    [rawRequest('GET /api'), { ...nobody, status: 405, refused: 'method_not_allowed', route: undefined }],
    [
      rawRequest('HEAD /api', ['Connection: close']),
      { ...nobody, status: 405, refused: 'method_not_allowed', bytesSent: 0 },
    ],
    [rawRequest('GET /open/../x?code=1'), { ...nobody, status: 400, refused: 'ambiguous_request', path: '/open/../x' }],
    [rawRequest('TRACE /open/x'), { ...nobody, status: 400, refused: 'ambiguous_request', method: 'TRACE' }],
    [rawRequest('CONNECT a.example:443'), { ...nobody, status: 400, refused: 'ambiguous_request', method: 'CONNECT' }],
    [
      rawRequest('POST /open/x', ['Expect: miracle', 'Content-Length: 2'], '{}'),
      { ...nobody, refused: 'ambiguous_request' },
    ],
    ['GET /open/x HTTP/1.0\r\n\r\n', { ...nobody, status: 400, refused: 'ambiguous_request', host: undefined }],
    [
      rawRequest('GET /dead'),
      { status: 502, refused: 'bad_gateway', route: '/dead', upstream: 'dead', upstreamStatus: undefined },
    ],
    [rawRequest('PUT /dead', ['Content-Length: 2'], '{}'), { status: 502, refused: 'bad_gateway', bytesReceived: 0 }],
    [rawRequest('GET /nowhere', UPGRADE), { ...nobody, status: 404, refused: 'not_found', upgraded: false }],
    [
      rawRequest('GET /ws', UPGRADE),
      { ...nobody, status: 401, refused: 'unauthorized', upgraded: false, route: '/ws' },
    ],
    [rawRequest('GET /any/x', [...UPGRADE, bearer(token)]), { ...nobody, status: 400, refused: 'upgrade_not_allowed' }],
    [rawRequest('GET /health', UPGRADE), { ...nobody, status: 400, refused: 'upgrade_not_allowed', route: '/health' }],
    [rawRequest('GET /dead', UPGRADE), { status: 502, refused: 'bad_gateway', upstream: 'dead', upgraded: false }],
    [
      rawRequest('POST /alexa/token', ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 40000']),
      { ...nobody, status: 413, refused: 'body_too_large', route: '/alexa/token' },
    ],
    [
      rawRequest('POST /alexa/token', ['Content-Type: application/x-www-form-urlencoded', 'Content-Encoding: gzip']),
      { ...nobody, status: 415, refused: 'unsupported_body' },
    ],
  ])
})

test('every endpoint of the gateway leaves one record under its own path, whatever it answered', async (t) => {
  const house = await startTestHouse(t)
  const { endpoints } = JSON.parse((await exchangeRaw(house, rawRequest('GET /health'))).body)
  await house.requests.next()
  t.true(endpoints.length > 12)
  for (const path of endpoints) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const form = method === 'POST' ? ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 3'] : []
      await exchangeRaw(
        house,
        rawRequest(`${method} ${path}?state=s`, [...form, 'Connection: close'], form[0] && 'a=b'),
      ).catch(() => {})
      const { status, ending, refusal, route, bytesReceived, ...record } = await house.requests.next()
      const title = `${method} ${path}: ${status} ${refusal?.code}`
      t.is(record.path, path)
      t.is(record.upstream, undefined)
      const isTaken = refusal?.code !== 'method_not_allowed'
      t.is(route, isTaken ? path : undefined, title)
      t.is(ending, status === 200 || status === 303 ? 'answered' : 'refused', title)
      t.is(refusal !== undefined, ending === 'refused', title)
      const isRead = isTaken && method === 'POST' && !path.endsWith('/userinfo')
      if (isRead && status !== 403) t.is(bytesReceived, 3, title)
    }
  }
  await noMoreEnded(t, house)
})

test('redirects and fixed answers of routes leave a record like any other', async (t) => {
  const house = await startTestHouse(t, ({ routes }) => {
    const more = [
      { path: '/old', auth: 'none', redirect: '/open/new' },
      { path: '/robots.txt', auth: 'none', respond: { status: 200, body: 'no' } },
      { path: '/guarded', auth: 'bearer', respond: { status: 200, body: 'in' } },
    ]
    routes.push(...(more as unknown as typeof routes))
  })
  await checkEndings(t, house, [
    [rawRequest('GET /old'), { status: 308, route: '/old', upstream: undefined }],
    [rawRequest('POST /old', ['Content-Length: 2'], '{}'), { status: 308, bytesReceived: 0 }],
    [rawRequest('GET /robots.txt'), { status: 200, route: '/robots.txt', bytesSent: 2 }],
    [rawRequest('HEAD /robots.txt', ['Connection: close']), { status: 200, bytesSent: 0 }],
    [rawRequest('GET /guarded'), { status: 401, refused: 'unauthorized', route: '/guarded' }],
    [
      rawRequest('GET /guarded', [`Authorization: Bearer ${await issueToken(house)}`]),
      { status: 200, user: 'ada', client: 'amazon-alexa', route: '/guarded' },
    ],
  ])
})

test('behind a trusted proxy the record has the client for address and the proxy for peer', async (t) => {
  const house = await startTestHouse(t, ({ listen }) => Object.assign(listen, { trusted_proxies: ['127.0.0.1'] }))
  const via = (value: string) => [`X-Forwarded-For: ${value}`]
  const peer = '127.0.0.1'
  await checkEndings(t, house, [
    [rawRequest('GET /health', via('192.0.2.9')), { peer, address: '192.0.2.9' }],
    [rawRequest('GET /open/x', via('6.6.6.6, 192.0.2.9')), { peer, address: '192.0.2.9' }],
    [rawRequest('GET /nowhere', via('192.0.2.9')), { peer, address: '192.0.2.9', refused: 'not_found' }],
    [rawRequest('GET /ws', [...UPGRADE, ...via('192.0.2.9')]), { peer, address: '192.0.2.9', refused: 'unauthorized' }],
    [rawRequest('GET /health'), { peer, address: undefined }],
    ['nonsense\r\n\r\n', { peer, address: undefined, refused: 'malformed_request' }],
  ])
})

test('a store that fails leaves records of 503, and the upstream is never asked', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const { store } = house.prepared
  const { StorageError } = await import('../../src/files/storage-error.ts')
  store.get = () => Promise.reject(new StorageError('the disk is gone'))
  const refused = { status: 503, refused: 'store_unavailable', upstream: undefined, user: undefined } as const
  const bearer = `Authorization: Bearer ${token}`
  await checkEndings(t, house, [
    [rawRequest('GET /any/x', [bearer]), { ...refused, route: '/any/*' }],
    [rawRequest('GET /ws', [...UPGRADE, bearer]), { ...refused, route: '/ws', upgraded: false }],
  ])
})
