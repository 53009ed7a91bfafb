import type { IncomingMessage, ServerResponse } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { exchangeRaw, type RawAnswer, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { issueToken } from '../support/tokens.ts'

const APP = 'https://app.example.org'
const PAGE = `Origin: ${APP}`
const OTHERS = 'Origin: https://evil.example'

/** What an upstream says that would have its answers read by anybody, cookies and all. */
const UPSTREAMS_OWN = {
  'Access-Control-Allow-Origin': 'https://evil.example',
  'Access-Control-Allow-Credentials': 'true',
  'access-control-expose-headers': 'X-Theirs',
  'Access-Control-Allow-Private-Network': 'true',
}

interface Home {
  house: TestHouse
  bearer: string
  /** What reached the upstream. */
  seen: { method: string; url: string }[]
  ask: (line: string, headers?: string[], body?: string) => Promise<RawAnswer>
}

async function openHome(t: ExecutionContext): Promise<Home> {
  const seen: Home['seen'] = []
  const upstream = await startUpstream(t, (request: IncomingMessage, response: ServerResponse) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '' })
    const status = Number(/status=(\d+)/.exec(request.url ?? '')?.[1] ?? 200)
    const about = { 'Content-Type': 'application/json', Vary: 'Accept', 'Mcp-Session-Id': '1' }
    response.writeHead(status, { ...UPSTREAMS_OWN, ...about })
    response.end(status === 204 || status === 304 ? undefined : '{}')
  })
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { app: { url: upstream.url } })
    config.routes.push(
      ...([
        {
          path: '/listed/*',
          upstream: 'app',
          auth: 'bearer',
          scopes: ['music.read'],
          cors: [APP, 'https://two.example'],
        },
        { path: '/all/*', upstream: 'app', auth: 'none', cors: '*' },
        { path: '/fixed', methods: ['GET'], auth: 'none', respond: { status: 200, body: 'hi' }, cors: '*' },
        { path: '/mixed', methods: ['GET', 'HEAD'], upstream: 'app', auth: 'none', cors: '*' },
        { path: '/mixed', methods: ['POST', 'OPTIONS'], upstream: 'app', auth: 'bearer' },
        { path: '/closed', methods: ['GET', 'HEAD', 'PUT'], upstream: 'app', auth: 'session' },
        { path: '/closed', methods: ['POST', 'OPTIONS'], upstream: 'app', auth: 'none', cors: '*' },
        { path: '/broken', upstream: 'dead', auth: 'none', cors: [APP] },
        { path: '/without/*', upstream: 'app', auth: 'none' },
        { path: '/talk', upstream: 'app', auth: 'none', websocket: true, cors: '*' },
      ] as never[]),
    )
  })
  const ask: Home['ask'] = (line, headers = [], body) => {
    const length = body === undefined ? [] : [`Content-Length: ${body.length}`]
    return exchangeRaw(house, rawRequest(line, [...headers, ...length], body))
  }
  return { house, bearer: `Authorization: Bearer ${await issueToken(house)}`, seen, ask }
}

/** All that an answer says of who may read it. */
function saidBy({ rawHeaders, header }: RawAnswer): Record<string, string[]> {
  const names = rawHeaders.filter((name, i) => i % 2 === 0 && /^access-control-|^vary$/i.test(name))
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), header(name)]))
}

const EXPOSED = ['WWW-Authenticate, Retry-After, Mcp-Session-Id, *']
const FOR_ALL = { 'access-control-allow-origin': ['*'], 'access-control-expose-headers': EXPOSED }
const FOR_APP = { 'access-control-allow-origin': [APP], 'access-control-expose-headers': EXPOSED }

test('a page of a listed origin may read what is behind the route, and the refusals of gateway and upstream', async (t) => {
  const { ask, bearer, seen } = await openHome(t)
  const good = await ask('GET /listed/x', [PAGE, bearer])
  t.is(good.status, 200)
  t.deepEqual(saidBy(good), { ...FOR_APP, vary: ['Accept', 'Origin'] })
  t.deepEqual(saidBy(await ask('GET /listed/x?status=404', [PAGE, bearer])), { ...FOR_APP, vary: ['Accept', 'Origin'] })
  t.deepEqual(saidBy(await ask('GET /listed/x?status=304', [PAGE, bearer])), { ...FOR_APP, vary: ['Accept', 'Origin'] })
  const refused = await ask('GET /listed/x', [PAGE])
  t.is(refused.status, 401)
  t.regex(refused.header('www-authenticate')[0] ?? '', /^Bearer /)
  t.deepEqual(saidBy(refused), { ...FOR_APP, vary: ['Origin'] })
  const dead = await ask('GET /broken', [PAGE])
  t.is(dead.status, 502)
  t.deepEqual(saidBy(dead), { ...FOR_APP, vary: ['Origin'] })
  t.is(seen.length, 3)
})

test('a page of any other origin gets an answer that its browser does not show it', async (t) => {
  const { ask, bearer } = await openHome(t)
  for (const origins of [[OTHERS], [], ['Origin: null'], [`${PAGE}:443`], [`${PAGE}.evil.example`], [PAGE, OTHERS]]) {
    const answer = await ask('GET /listed/x', [...origins, bearer])
    t.is(answer.status, 200)
    t.deepEqual(saidBy(answer), { vary: ['Accept', 'Origin'] }, origins.join())
    t.deepEqual(saidBy(await ask('GET /listed/x', origins)), { vary: ['Origin'] }, origins.join())
  }
})

test('what is for pages of any origin says so to everybody, and never lets cookies count', async (t) => {
  const { ask } = await openHome(t)
  for (const origins of [[OTHERS], [], ['Origin: null'], [PAGE, 'Cookie: a=b']]) {
    t.deepEqual(saidBy(await ask('GET /all/x', origins)), { ...FOR_ALL, vary: ['Accept'] })
    t.deepEqual(saidBy(await ask('GET /fixed', origins)), FOR_ALL)
    t.deepEqual(saidBy(await ask('POST /fixed', origins)), FOR_ALL, 'a method that it does not take, too')
  }
})

test('a preflight is answered by the gateway, without a token, and reaches no upstream', async (t) => {
  const { ask, seen, house } = await openHome(t)
  const names = 'authorization, content-type,mcp-protocol-version'
  const asked = ['Access-Control-Request-Method: DELETE', `Access-Control-Request-Headers: ${names}`]
  const answer = await ask('OPTIONS /listed/x', [PAGE, ...asked])
  t.deepEqual([answer.status, answer.body, answer.header('content-length')], [204, '', []])
  t.deepEqual(saidBy(answer), {
    ...FOR_APP,
    vary: ['Origin'],
    'access-control-allow-methods': ['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    'access-control-allow-headers': [names],
    'access-control-max-age': ['600'],
  })
  const stranger = await ask('OPTIONS /listed/x', [OTHERS, ...asked])
  t.is(stranger.status, 204)
  t.deepEqual(saidBy(stranger), { vary: ['Origin'] })
  const fixed = await ask('OPTIONS /fixed', [OTHERS, 'Access-Control-Request-Method: DELETE'])
  t.deepEqual([fixed.status, fixed.header('access-control-allow-methods')], [204, ['GET']])
  t.deepEqual(fixed.header('access-control-allow-headers'), [], 'none was asked for')
  t.is(seen.length, 0)
  t.like(await house.requests.next(), { route: '/listed/*', status: 204, ending: 'answered', user: undefined })
})

test('headers are allowed that could be some, in a list that a page could need', async (t) => {
  const { ask } = await openHome(t)
  for (const [names, allowed] of [
    ['x-a', true],
    ['x-a,x-b ,\tx-c', true],
    ['x'.repeat(1000), true],
    ['x'.repeat(1001), false],
    ['', false],
    [',', false],
    ['x-a,', false],
    ['x a', false],
    ['x-a;b', false],
    ['"x"', false],
    ['x:a', false],
  ] as const) {
    const headers = [PAGE, 'Access-Control-Request-Method: POST', `Access-Control-Request-Headers: ${names}`]
    const { header } = await ask('OPTIONS /all/x', headers)
    t.deepEqual(header('access-control-allow-headers'), allowed ? [names] : [], names)
  }
})

test('of several routes at a path each has its own say', async (t) => {
  const { ask, seen } = await openHome(t)
  t.deepEqual(saidBy(await ask('GET /mixed', [PAGE])), { ...FOR_ALL, vary: ['Accept'] })
  const refused = await ask('POST /mixed', [PAGE], '')
  t.deepEqual([refused.status, saidBy(refused)], [401, {}])
  const open = await ask('OPTIONS /mixed', [PAGE, 'Access-Control-Request-Method: GET'])
  t.deepEqual([open.status, open.header('access-control-allow-methods')], [204, ['GET, HEAD']])
  const closed = await ask('OPTIONS /mixed', [PAGE, 'Access-Control-Request-Method: POST'])
  t.deepEqual([closed.status, saidBy(closed)], [401, {}])
  const neither = await ask('OPTIONS /mixed', [PAGE, 'Access-Control-Request-Method: PUT'])
  t.deepEqual([neither.status, neither.header('access-control-allow-methods')], [204, ['GET, HEAD']])
  t.is(seen.length, 1)
})

test('where nothing is said of a method, the upstream of a route that has its say says nothing of it either', async (t) => {
  const { ask, seen } = await openHome(t)
  for (const method of ['GET', 'PUT']) {
    const answer = await ask('OPTIONS /closed', [OTHERS, `Access-Control-Request-Method: ${method}`])
    t.deepEqual([answer.status, saidBy(answer)], [200, { vary: ['Accept'] }], method)
  }
  t.is(seen.length, 2)
  const open = await ask('OPTIONS /closed', [OTHERS, 'Access-Control-Request-Method: POST'])
  t.deepEqual([open.status, open.header('access-control-allow-methods')], [204, ['POST, OPTIONS']])
})

test('an OPTIONS that is no preflight is passed on, and so is all of it where a route has no say', async (t) => {
  const { ask, seen, bearer } = await openHome(t)
  const method = 'Access-Control-Request-Method: GET'
  for (const headers of [[], [PAGE], [method]]) {
    const answer = await ask('OPTIONS /all/x', headers)
    t.deepEqual([answer.status, saidBy(answer)], [200, { ...FOR_ALL, vary: ['Accept'] }])
  }
  t.is((await ask('OPTIONS /listed/x', [PAGE])).status, 401)
  t.is((await ask('OPTIONS /listed/x', [PAGE, bearer])).status, 200)
  t.is(seen.length, 4)
  const theirs = Object.fromEntries(Object.entries(UPSTREAMS_OWN).map(([name, value]) => [name.toLowerCase(), [value]]))
  for (const line of ['OPTIONS /without/x', 'GET /without/x'])
    t.deepEqual(saidBy(await ask(line, [PAGE, method])), { ...theirs, vary: ['Accept'] }, line)
  const refused = await ask('OPTIONS /any/x', [PAGE, method])
  t.deepEqual([refused.status, saidBy(refused)], [401, {}], 'as everything without a token')
})

test('WebSockets know no CORS: whose page opens one is looked at there', async (t) => {
  const { ask } = await openHome(t)
  const refused = await ask('GET /talk', [PAGE, ...UPGRADE])
  t.deepEqual([refused.status, saidBy(refused)], [403, {}])
  const answer = await ask('GET /talk', UPGRADE)
  t.deepEqual([answer.status, saidBy(answer)], [200, { vary: ['Accept'] }], 'nor does its upstream say anything')
})

test('what a reload takes away is taken away at once', async (t) => {
  const { ask, house } = await openHome(t)
  t.deepEqual(saidBy(await ask('GET /fixed', [PAGE])), FOR_ALL)
  await house.reload(({ routes }) => {
    for (const route of routes) delete (route as { cors?: unknown }).cors
  })
  t.deepEqual(saidBy(await ask('GET /fixed', [PAGE])), {})
  t.is((await ask('OPTIONS /fixed', [PAGE, 'Access-Control-Request-Method: GET'])).status, 405)
})
