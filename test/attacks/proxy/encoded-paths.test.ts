import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'yaml'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

/** A house in which all is open but /admin, as somebody has who trusts an upstream to ask for passwords itself. */
function startOpenHouse(t: ExecutionContext): Promise<TestHouse> {
  const upstream = 'music-assistant-open'
  return startTestHouse(t, (config) => {
    Object.assign(config, {
      routes: [
        { path: '/admin', methods: ['GET', 'POST'], upstream, auth: 'bearer', scopes: ['music.control'] },
        { path: '/admin/*', upstream, auth: 'bearer' },
        { path: '/ws', upstream, auth: 'bearer', websocket: true },
        { path: '/*', upstream, auth: 'none', websocket: true },
      ],
    })
  })
}

const ENCODED = ['/%61dmin', '/%61%64%6D%69%6e', '/adm%69n', '/admi%6E']

/** @returns the answer, and the path that the upstream saw, if it was asked. */
async function ask(house: TestHouse, target: string, { method = 'GET', headers = [] as string[] } = {}) {
  const before = house.music.requestCount
  const { status, header, body } = await exchangeRaw(house, rawRequest(`${method} ${target}`, headers))
  const seen = house.music.requestCount > before ? house.music.lastRequest?.url : undefined
  return { status, header, body, seen }
}

test('10. a route holds for every spelling that an upstream may take for its path', async (t) => {
  const house = await startOpenHouse(t)
  for (const target of ['/admin', '/admin/', ...ENCODED, '/%61dmin/', '/%61dmin/x', '/admin/%78?y']) {
    const { status, header, seen } = await ask(house, target)
    t.is(status, 401, target)
    t.regex(header('www-authenticate').join(), /^Bearer /, target)
    t.is(seen, undefined, target)
  }
  for (const target of ['/%77s', '/ws/', '/w%73/']) {
    t.is((await ask(house, target, { headers: UPGRADE })).status, 401, target)
  }
  for (const target of ['/admi', '/admins', '/xadmin', '/Admin', '/x%61dmin', '/admin%41']) {
    t.is((await ask(house, target)).seen, target, 'another path is another path')
  }
})

test('10. what is encoded twice, or with another slash, has no reading and is refused', async (t) => {
  const house = await startOpenHouse(t)
  for (const target of [
    '/%2561dmin',
    '/x%2fadmin',
    '/x%2Fadmin',
    '/x%5cadmin',
    '/admin%00',
    '/x/..%3b/admin',
    '/x/..%3B/admin',
    '/x/.%3bx/admin',
    '/..%3b/',
  ]) {
    const { status, seen } = await ask(house, target)
    t.is(status, 400, target)
    t.is(seen, undefined, target)
  }
})

test('10. scopes, methods and resource of a route hold for every spelling, and the upstream gets the one that came', async (t) => {
  const house = await startOpenHouse(t)
  const [weak, strong] = await Promise.all([issueToken(house, ['music.read']), issueToken(house, ['music.control'])])
  const [plain = ''] = (await ask(house, '/admin')).header('www-authenticate')
  for (const target of ['/admin', '/admin/', ...ENCODED]) {
    const refused = await ask(house, target, { headers: [`Authorization: Bearer ${weak}`] })
    t.is(refused.status, 403, target)
    t.regex(refused.header('www-authenticate').join(), /insufficient_scope/, target)
    const wrongMethod = await ask(house, target, { method: 'DELETE', headers: [`Authorization: Bearer ${strong}`] })
    t.is(wrongMethod.status, 405, target)
    t.deepEqual(wrongMethod.header('allow'), ['GET, POST'], target)
    t.is(wrongMethod.seen, undefined, target)
    const metadata = (await ask(house, target)).header('www-authenticate')
    t.deepEqual(metadata, [plain.replace(/\/admin"$/, `${target}"`)], 'the same, by the name that was asked for')
    const letIn = await ask(house, `${target}?q=%61`, { headers: [`Authorization: Bearer ${strong}`] })
    t.is(letIn.seen, `${target}?q=%61`, 'passed on as it came')
  }
})

test("10. an endpoint of the gateway's own is reached by every spelling, so none of them reaches an upstream", async (t) => {
  const house = await startOpenHouse(t)
  for (const target of ['/alexa/%74oken', '/%61lexa/token', '/alexa/toke%6e', '/%61%6C%65%78%61/%74%6F%6B%65%6E']) {
    const { status, seen } = await ask(house, target, { method: 'POST', headers: ['Content-Length: 0'] })
    t.true(status === 400 || status === 401, `${target}: ${status}`)
    t.is(seen, undefined, target)
  }
  for (const target of ['/%68ealth', '/.well-known/oauth-%61uthorization-server']) {
    const { status, seen } = await ask(house, target)
    t.deepEqual([status, seen], [200, undefined], target)
  }
  t.is((await ask(house, '/alexa/%61uthorize', { method: 'DELETE' })).status, 405)
})

test("10. with a slash behind it no path is an endpoint of the gateway's own", async (t) => {
  const house = await startOpenHouse(t)
  for (const target of ['/alexa/token/', '/health/', '/alexa/authorize/', '/%68ealth/']) {
    t.is((await ask(house, target)).seen, target, 'it goes where the wider route leads')
  }
  const closed = await startTestHouse(t)
  for (const target of ['/alexa/token/', '/health/']) t.is((await ask(closed, target)).status, 404, target)
})

test('the WebSocket of the shipped configuration is not open to a token that may only read a name', async (t) => {
  const file = fileURLToPath(new URL('../../../gateway.yaml', import.meta.url))
  const shipped = parse(readFileSync(file, 'utf8')) as {
    upstreams: Record<string, { kind: string }>
    routes: never[]
    oauth: { scopes: never }
  }
  const house = await startTestHouse(t, (config) => {
    config.routes = shipped.routes
    Object.assign(config.upstreams['music-assistant'], { kind: shipped.upstreams['music-assistant']!.kind })
    config.oauth.scopes = shipped.oauth.scopes
    const scopes = Object.keys(shipped.oauth.scopes)
    for (const client of config.oauth.clients) client.scopes = scopes
  })
  const open = async (scopes: string[]) => {
    const token = await issueToken(house, scopes)
    return ask(house, '/ws', { headers: [...UPGRADE, `Authorization: Bearer ${token}`] })
  }
  const refused = await open(['user:read'])
  t.is(refused.status, 403)
  t.is(refused.seen, undefined)
  t.is((await open(['music.control'])).status, 101)
})
