import test from 'ava'
import { loadRoutes } from '../../../src/app/site/load-routes.ts'
import { protectedResources } from '../../../src/app/site/protected-resources.ts'
import type { Config } from '../../../src/config/schema.ts'
import { compileRoutes } from '../../../src/gateway/routes/compile-routes.ts'
import { noteExchange } from '../../support/exchange.ts'

const HOME = 'https://home.example:8443'
const MCP = 'https://mcp.example:8443'

function resourcesOf(routes: { path: string; host?: string; auth: string; scopes?: string[] }[]) {
  const all = routes.map((route) => ({ scopes: [], methods: ['GET'], respond: { status: 200 }, ...route }))
  const config = { public_url: HOME, oauth: { scopes: { a: '', b: '' } }, routes: all } as unknown as Config
  const table = compileRoutes(loadRoutes(config, new Map(), new Map()), 'home.example')
  return protectedResources(config, () => table)
}

const resources = resourcesOf([
  { path: '/api', auth: 'bearer', scopes: ['b'] },
  { path: '/api', auth: 'none' },
  { path: '/mcp/*', auth: 'bearer-or-session', scopes: ['a'] },
  { path: '/mcp/open/*', auth: 'none' },
  { path: '/*', auth: 'session' },
  { host: 'mcp.example', path: '/*', auth: 'bearer' },
  { host: 'page.example', path: '/*', auth: 'none' },
])

const asked = (host: string, target: string) => ({ ...noteExchange({ target }).exchange, host })

test('the resources that the configuration names are the whole of home, and each route that asks for a token', (t) => {
  t.deepEqual(resources.named, [HOME, `${HOME}/api`, `${HOME}/mcp`, MCP])
  t.deepEqual(resources.hosts, [undefined, 'mcp.example'])
})

test('a path is a resource where a token is asked for by any method, and as the most exact route has it', (t) => {
  for (const [path, scopes] of [
    ['', ['a', 'b']],
    ['/api', ['b']],
    ['/api/', ['b']],
    ['/mcp', ['a']],
    ['/mcp/', ['a']],
    ['/mcp/%6fther', ['a']],
  ] as const)
    t.deepEqual(resources.at(undefined, path), { resource: `${HOME}${path}`, scopes: [...scopes] }, path)
  for (const path of ['/', '/x', '/api/x', '/mcp/open/', '/mcp/%6fpen/x', '/mcpx'])
    t.is(resources.at(undefined, path), undefined, path)
  t.deepEqual(resources.at('mcp.example', ''), { resource: MCP, scopes: [] })
  t.deepEqual(resources.at('mcp.example', '/x'), { resource: `${MCP}/x`, scopes: [] })
})

test('a token may be for what is a resource, in whatever spelling, and for nothing else', (t) => {
  for (const [url, found] of [
    [HOME, HOME],
    [`${HOME}/`, HOME],
    ['HTTPS://HOME.EXAMPLE:8443/%61pi/', `${HOME}/api`],
    [`${HOME}/mcp`, `${HOME}/mcp`],
    [`${HOME}/mcp/deep/er/`, `${HOME}/mcp/deep/er`],
    [`${MCP}/`, MCP],
    [`${MCP}/Deep`, `${MCP}/Deep`],
    [`${HOME}/mcp/open/x`, undefined],
    [`${HOME}/x`, undefined],
    ['https://home.example/api', undefined],
    ['https://mcp.example/', undefined],
    ['https://page.example:8443/', undefined],
    [`${HOME}/mcp/../api`, undefined],
    [`${HOME}/mcp/..;/api`, undefined],
    [`${HOME}/mcp/%2e%2e/x`, undefined],
    [`${HOME}/mcp//x`, undefined],
    [`${HOME}/mcp?x`, undefined],
  ] as const)
    t.is(resources.find(url), found, url)
})

test('what is asked for is called by the host that it was asked of where that has resources, and otherwise by that of home', (t) => {
  for (const [host, target, resource] of [
    ['home.example:8443', '/mcp/x?y=z', `${HOME}/mcp/x`],
    ['HOME.example', '/%6dcp/', `${HOME}/mcp`],
    ['192.0.2.1', '/api', `${HOME}/api`],
    ['page.example', '/api', `${HOME}/api`],
    ['MCP.example:443', '/', MCP],
    ['mcp.example.', '/x', `${MCP}/x`],
  ] as const)
    t.true(resources.covers([resource], asked(host, target)), `${host} ${target}`)
  const metadata = '/.well-known/oauth-protected-resource'
  t.is(resources.metadataOf(asked('home.example', '/mcp/%6f/?y')), `${HOME}${metadata}/mcp/%6f/`)
  t.is(resources.metadataOf(asked('mcp.example', '/')), `${MCP}${metadata}`)
  t.is(resources.metadataOf(asked('page.example', '/api')), `${HOME}${metadata}/api`)
})

test('what somebody got a token for is what that token is good for', (t) => {
  for (const target of ['/api', '/mcp/', '/mcp/deep', '/mcp/a%20b/', '/mcp/%7B"', '/mcp/%c3%a9']) {
    const named = resources.find(`${HOME}${target.replaceAll('"', '%22')}`)
    t.true(named !== undefined && resources.covers([named], asked('home.example', target)), target)
  }
})

test('a token for one URL at a route is good for all that goes to that route, and for no other one', (t) => {
  const one = resourcesOf([
    { path: '/mcp/*', auth: 'bearer' },
    { path: '/mcp/admin/*', auth: 'bearer' },
    { path: '/other', auth: 'bearer' },
    { path: '/*', auth: 'bearer' },
    { host: 'mcp.example', path: '/*', auth: 'bearer' },
  ])
  const good = (granted: string, host: string, target: string) => one.covers([granted], asked(host, target))
  for (const target of ['/mcp/messages?id=1', '/mcp/', '/mcp/%61dm', '/mcp/sse/below', '/mcp/admin'])
    t.true(good(`${HOME}/mcp/sse`, 'home.example', target), target)
  for (const target of ['/mcp/admin/', '/mcp/%61dmin/x', '/other', '/mcp', '/mcpx', '/', '/x'])
    t.false(good(`${HOME}/mcp/sse`, 'home.example', target), target)
  t.true(good(`${HOME}/mcp/sse`, '192.0.2.1', '/mcp/messages'), 'home by another name')
  t.false(good(`${HOME}/mcp/sse`, 'mcp.example', '/mcp/messages'), 'the same route at another host')
  t.false(good(`${MCP}/mcp/sse`, 'home.example', '/mcp/messages'))
  t.true(good(`${MCP}/x`, 'mcp.example', '/y'))

  t.true(good(`${HOME}/x`, 'home.example', '/y'))
  for (const target of ['/mcp/x', '/mcp/admin/x', '/other'])
    t.false(good(`${HOME}/x`, 'home.example', target), `a more exact route guards ${target}`)
  t.false(good(`${HOME}/mcp/admin/x`, 'home.example', '/mcp/x'))
  t.true(good(`${HOME}/mcp`, 'home.example', '/mcp/admin/x'), 'what is below is good as well')
  t.false(
    good(`${HOME}/mcp`, 'home.example', '/y'),
    'the route that a path names is meant, not the wider one that takes it',
  )
  t.false(good(`${HOME}/gone/x`, 'home.example', '/other'))
  t.false(good('https://gone.example/mcp/x', 'home.example', '/mcp/x'), 'of a host that no longer is one')
})
