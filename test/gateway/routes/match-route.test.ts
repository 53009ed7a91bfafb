import test from 'ava'
import { compileRoutes as compileFor, type RouteTable } from '../../../src/gateway/routes/compile-routes.ts'
import type { Destination } from '../../../src/gateway/routes/destination.ts'
import { matchRoute as matchOnHost } from '../../../src/gateway/routes/match-route.ts'

const compileRoutes = (destinations: Destination[]) => compileFor(destinations, 'home.example')

const matchRoute = (table: RouteTable, method: string, path: string) => matchOnHost(table, 'home.example', method, path)

const own = (path: string, methods: string[] = ['GET']): Destination => ({
  kind: 'endpoint',
  path,
  methods,
  access: { kind: 'none' },
  handle: () => ({ status: 200, headers: {}, body: '' }),
})

const table = compileRoutes([
  own('/*', ['GET', 'HEAD']),
  own('/a'),
  own('/a/*', ['GET', 'POST']),
  own('/a/b/*', ['DELETE']),
  own('/a/b/c', ['PUT']),
  own('/a/b/c', ['PATCH']),
  own('/', ['OPTIONS']),
])

const pathOf = (method: string, path: string) => matchRoute(table, method, path).path

test('an exact path matches itself alone', (t) => {
  t.is(pathOf('GET', '/a'), '/a')
  t.is(pathOf('OPTIONS', '/'), '/')
  t.is(pathOf('GET', '/A'), '/*')
  t.is(pathOf('GET', '/ab'), '/*')
})

test('a path that is encoded without need goes where an upstream would take it', (t) => {
  t.is(pathOf('GET', '/%61'), '/a')
  t.is(pathOf('PUT', '/%61/%62/%63'), '/a/b/c')
  t.is(pathOf('DELETE', '/a/%62/x'), '/a/b/*')
  t.is(pathOf('GET', '/%41'), '/*')
  t.is(pathOf('GET', '/a/%C3%A4'), '/a/*', 'what is no ASCII stays as it is')
  t.is(pathOf('GET', '/%0a'), '/*')
  t.throws(() => pathOf('POST', '/%61'), { code: 'method_not_allowed' }, 'nor is a wider route looked for')
})

test('a slash behind the path of a route changes nothing, but no endpoint of the gateway has two paths', (t) => {
  const inner = { ...own('/api', ['POST']), kind: 'upstream' } as unknown as Destination
  const wider = own('/*', ['GET', 'POST'])
  const mixed = compileRoutes([inner, own('/alexa/token', ['POST']), wider])
  t.is(matchRoute(mixed, 'POST', '/api/').path, '/api')
  t.throws(() => matchRoute(mixed, 'GET', '/api/'), { code: 'method_not_allowed' })
  t.is(matchRoute(mixed, 'POST', '/api//').path, '/*')
  t.is(matchRoute(mixed, 'POST', '/api/x').path, '/*')
  t.is(matchRoute(mixed, 'POST', '/alexa/token/').path, '/*')
})

test('a pattern matches what is below it, and not the path before its slash', (t) => {
  const only = compileRoutes([own('/a/*')])
  t.is(matchRoute(only, 'GET', '/a/').path, '/a/*')
  t.is(matchRoute(only, 'GET', '/a/x').path, '/a/*')
  t.is(matchRoute(only, 'GET', '/a/x/y/z').path, '/a/*')
  for (const path of ['/a', '/ab', '/', '/A/x', '/x/a/'])
    t.throws(() => matchRoute(only, 'GET', path), { code: 'not_found' }, path)
})

test('the longest pattern wins, wherever it stands in the configuration', (t) => {
  t.is(pathOf('DELETE', '/a/b/x'), '/a/b/*')
  t.is(pathOf('POST', '/a/bx'), '/a/*')
  t.is(pathOf('GET', '/x'), '/*')
  const turned = compileRoutes([own('/a/b/*'), own('/a/*')])
  t.is(matchRoute(turned, 'GET', '/a/b/x').path, '/a/b/*')
  t.is(matchRoute(turned, 'GET', '/a/x').path, '/a/*')
})

test('routes with one path share it by method', (t) => {
  t.like(matchRoute(table, 'PUT', '/a/b/c'), { methods: ['PUT'] })
  t.like(matchRoute(table, 'PATCH', '/a/b/c'), { methods: ['PATCH'] })
})

test('a method that the most exact path does not take is not looked for in a wider one', (t) => {
  for (const [method, path, allow] of [
    ['POST', '/a', 'GET'],
    ['GET', '/a/b/c', 'PUT, PATCH'],
    ['GET', '/a/b/x', 'DELETE'],
    ['GET', '/', 'OPTIONS'],
    ['get', '/a', 'GET'],
  ] as const)
    t.like(
      t.throws(() => matchRoute(table, method, path)),
      { code: 'method_not_allowed', status: 405, headers: { Allow: allow } },
      path,
    )
})

test('names that every object has are not routes', (t) => {
  const only = compileRoutes([own('/a')])
  for (const path of ['/constructor', '/__proto__', 'constructor', '__proto__', ''])
    t.like(
      t.throws(() => matchRoute(only, 'GET', path)),
      { code: 'not_found', status: 404 },
    )
})

test('a host has its own routes beside those for every host, and the most exact path decides there too', (t) => {
  const on = (host: string, path: string, methods?: string[]) => ({ ...own(path, methods), host })
  const hosts = compileRoutes([
    { ...own('/*', ['GET', 'PUT']), kind: 'redirect', location: '/' } as Destination,
    { ...own('/health'), everywhere: true } as Destination,
    own('/alexa/authorize'),
    on('home.example', '/lights', ['GET']),
    on('music.example', '/*', ['GET']),
    on('music.example', '/api', ['POST']),
    on('light.example', '/api', ['GET']),
  ])
  const found = (host: string, path: string, method = 'GET') => matchOnHost(hosts, host, method, path)
  t.like(found('music.example', '/x'), { host: 'music.example', path: '/*' })
  t.like(found('MUSIC.example:8443', '/x'), { host: 'music.example' }, 'neither case nor port counts')
  t.like(found('music.example.', '/x'), { host: 'music.example' }, 'nor the dot of the root')
  t.like(found('music.example', '/health'), { host: undefined, path: '/health' })
  t.like(found('light.example', '/x'), { host: undefined, path: '/*' })
  t.like(found('home.example', '/api'), { host: undefined, path: '/*' })
  t.like(found('__proto__', '/api'), { host: undefined, path: '/*' })
  for (const host of ['home.example', 'unknown.example'])
    t.like(found(host, '/alexa/authorize'), { kind: 'endpoint' }, 'where nobody else is, the gateway itself answers')
  t.like(found('music.example', '/alexa/authorize'), { host: 'music.example', path: '/*' }, 'no consent page there')
  t.throws(() => found('music.example', '/api'), { code: 'method_not_allowed' })
  t.throws(() => found('music.example', '/x', 'PUT'), { code: 'method_not_allowed' }, 'nor the one for every host')
})

test('a thousand routes are found by as many looks as ten', (t) => {
  const looks = (count: number) => {
    const many = compileRoutes(Array.from({ length: count }, (_, i) => own(`/r${i}/*`)))
    let gets = 0
    const watch = (node: RouteTable['everywhere']) => {
      const { next } = node
      const countedGet = (key: string) => {
        gets++
        return next.get(key)
      }
      node.next = Object.assign(new Map(next), { get: countedGet })
      for (const child of next.values()) watch(child)
    }
    watch(many.everywhere)
    t.is(matchRoute(many, 'GET', `/r${count - 1}/a/b`).path, `/r${count - 1}/*`)
    return gets
  }
  t.is(looks(1000), looks(10))
})
