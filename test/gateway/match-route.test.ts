import test from 'ava'
import { compileRoutes, type Destination, matchRoute } from '../../src/gateway/match-route.ts'

const own = (path: string, methods: string[] = ['GET']): Destination => ({
  path,
  methods,
  auth: 'none',
  scopes: [],
  resource: '',
  metadata: '',
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
  const forwarded = (path: string, methods: string[]) => ({ ...own(path, methods), handle: undefined, upstream: {} })
  const [inner, wider] = [forwarded('/api', ['POST']), own('/*', ['GET', 'POST'])]
  const { handle: _, ...route } = inner
  const mixed = compileRoutes([route as unknown as Destination, own('/alexa/token', ['POST']), wider])
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
