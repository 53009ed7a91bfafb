import test, { type ExecutionContext } from 'ava'
import { breakStore } from '../support/break-store.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { exchangeRaw, openRaw, type RawAnswer, rawRequest } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

const PAGE = 'Origin: https://app.example.org'
const EXPOSED = ['WWW-Authenticate, Retry-After, Mcp-Session-Id, *']

const FORM = 'Content-Type: application/x-www-form-urlencoded'

function openHouse(t: ExecutionContext): Promise<TestHouse> {
  return startTestHouse(t, ({ oauth, routes }) => {
    Object.assign(oauth, { registration: { enabled: true, scopes: ['music.read'] } })
    routes.push({ path: '/*', upstream: 'music-assistant-open', auth: 'none' })
  })
}

function ask(house: TestHouse, line: string, headers: string[] = [], body?: string): Promise<RawAnswer> {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return exchangeRaw(house, rawRequest(line, [...headers, ...length], body))
}

function isForEverybody(t: ExecutionContext, { header }: RawAnswer, what: string): void {
  t.deepEqual(header('access-control-allow-origin'), ['*'], what)
  t.deepEqual(header('access-control-expose-headers'), EXPOSED, what)
  t.deepEqual(header('access-control-allow-credentials'), [], what)
  t.deepEqual(header('vary'), [], what)
}

function saysNothing(t: ExecutionContext, { header, rawHeaders }: RawAnswer, what: string): void {
  t.is(rawHeaders.filter((name, i) => i % 2 === 0 && /^access-control-/i.test(name)).length, 0, what)
  t.false(header('vary').includes('Origin'), what)
}

const METADATA = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-protected-resource/any/thing',
]
const FOR_PAGES = ['token', 'revoke', 'register', 'userinfo'].map((name) => `/alexa/${name}`)
const NOT_FOR_PAGES = [
  'authorize',
  'approve',
  'introspect',
  'device_authorization',
  'device',
  'sign-out',
  'account',
  'enter',
  'echo',
].map((name) => `/alexa/${name}`)

test('pages of any origin may read the metadata, which are kept for two minutes by whoever gets them', async (t) => {
  const house = await openHouse(t)
  for (const path of METADATA)
    for (const method of ['GET', 'HEAD'])
      for (const headers of [[PAGE], [], ['Origin: null'], [PAGE, 'Cookie: a=b']]) {
        const answer = await headOrWhole(house, method, path, headers)
        t.is(answer.status, 200, path)
        isForEverybody(t, answer, `${method} ${path} ${headers}`)
        t.deepEqual(answer.header('cache-control'), ['public, max-age=120'])
        t.deepEqual([answer.header('pragma'), answer.header('etag')], [[], []])
      }
})

async function headOrWhole(house: TestHouse, method: string, path: string, headers: string[]): Promise<RawAnswer> {
  if (method !== 'HEAD') return ask(house, `${method} ${path}`, headers)
  const client = await openRaw(house)
  try {
    return await client.send(rawRequest(`${method} ${path}`, headers)).answer({ head: true })
  } finally {
    client.socket.destroy()
  }
}

test('metadata that are not there are kept by nobody', async (t) => {
  const house = await startTestHouse(t)
  for (const path of ['/.well-known/oauth-protected-resource/open/x', '/.well-known/openid-configuration']) {
    const answer = await ask(house, `GET ${path}`, [PAGE])
    t.deepEqual([answer.status, answer.header('cache-control')], [404, ['no-store']], path)
    if (path.includes('resource')) isForEverybody(t, answer, 'a page learns that there is nothing')
  }
})

test('pages of any origin may read whatever these endpoints answer, refusals of the gateway as well', async (t) => {
  const house = await openHouse(t)
  const token = await issueToken(house, ['user:read'])
  const other = await issueToken(house, ['music.read'])
  const large = 'a'.repeat(40_000)
  const bearer = (value: string) => `Authorization: Bearer ${value}`
  const cases: [number, string, string[]?, string?][] = [
    [400, 'POST /alexa/token', [FORM], 'grant_type=none&client_id=phone'],
    [401, 'POST /alexa/token', [FORM], 'grant_type=refresh_token&client_id=other&client_secret=x&refresh_token=y'],
    [413, 'POST /alexa/token', [FORM], large],
    [405, 'GET /alexa/token'],
    [405, 'OPTIONS /alexa/token'],
    [415, 'POST /alexa/token', [FORM, 'Content-Encoding: gzip'], 'a'],
    [401, 'POST /alexa/revoke', [FORM], 'token=x'],
    [401, 'POST /alexa/register', ['Content-Type: application/json'], '{}'],
    [401, 'GET /alexa/userinfo'],
    [401, 'GET /alexa/userinfo', ['Authorization: Bearer !!!']],
    [403, 'GET /alexa/userinfo', [bearer(other)]],
    [200, 'GET /alexa/userinfo', [bearer(token)]],
    [200, 'POST /alexa/userinfo', [bearer(token)]],
  ]
  for (const [status, line, headers = [], body] of cases) {
    const answer = await ask(house, line, [PAGE, ...headers], body)
    t.is(answer.status, status, `${line} ${body?.slice(0, 50)}`)
    isForEverybody(t, answer, line)
  }
  await breakStore(t, house)
  const unknown = await ask(house, 'GET /alexa/userinfo', [PAGE, bearer('u'.repeat(43))])
  t.is(unknown.status, 503)
  isForEverybody(t, unknown, 'while the store is broken')
})

test('a browser that asks whether a page may call these endpoints is told yes, without credentials', async (t) => {
  const house = await openHouse(t)
  for (const path of [...METADATA, ...FOR_PAGES]) {
    const method = path.endsWith('userinfo') || path.startsWith('/.well-known') ? 'GET' : 'POST'
    const asked = [`Access-Control-Request-Method: ${method}`, 'Access-Control-Request-Headers: authorization,x-own']
    const answer = await ask(house, `OPTIONS ${path}`, [PAGE, ...asked])
    t.is(answer.status, 204, path)
    isForEverybody(t, answer, path)
    t.true(answer.header('access-control-allow-methods')[0]?.split(', ').includes(method), path)
    t.deepEqual(answer.header('access-control-allow-headers'), ['authorization,x-own'])
    t.deepEqual(answer.header('access-control-max-age'), ['600'])
    t.deepEqual(answer.header('content-length'), [])
  }
  t.is(house.music.requestCount, 0)
  t.like(await house.requests.next(), { route: METADATA[0], status: 204, ending: 'answered' })
})

test('no other endpoint of the gateway is for pages of others', async (t) => {
  const house = await openHouse(t)
  const asked = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type']
  for (const path of [...NOT_FOR_PAGES, '/health']) {
    for (const method of ['GET', 'POST'])
      saysNothing(t, await ask(house, `${method} ${path}`, [PAGE, FORM], method === 'POST' ? 'a=b' : undefined), path)
    const preflight = await ask(house, `OPTIONS ${path}`, [PAGE, ...asked])
    t.is(preflight.status, 405, path)
    saysNothing(t, preflight, path)
  }
})
