import test, { type ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

/** Answered so, and the upstream never heard of it. */
async function refused(t: ExecutionContext, house: TestHouse, status: 400 | 401, request: string): Promise<void> {
  const before = house.music.requestCount
  t.is((await exchangeRaw(house, request)).status, status, request)
  t.is(house.music.requestCount, before, request)
}

test('8. an address in a header does not stand in for the address that is asked for', async (t) => {
  const house = await startTestHouse(t)
  for (const name of ['X-Forwarded-Uri', 'X-Original-URL', 'X-Original-URI', 'X-Rewrite-URL', 'X-Forwarded-Path'])
    await refused(t, house, 401, rawRequest('GET /any/admin', [`${name}: /open/x`]))
  await refused(
    t,
    house,
    401,
    rawRequest('GET /any/admin', ['X-HTTP-Method-Override: OPTIONS', 'X-Forwarded-Method: OPTIONS']),
  )
})

test('9. a forwarded address that is none neither skips the policy nor breaks anything', async (t) => {
  const house = await startTestHouse(t)
  for (const value of ['a', '', '127.0.0.1', '::1', 'unknown, 127.0.0.1', '"'])
    await refused(t, house, 401, rawRequest('GET /any/x', [`X-Forwarded-For: ${value}`]))
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', ['X-Forwarded-For: a', bearer]))).status, 404)
  t.deepEqual(house.music.lastRequest?.header('x-forwarded-for'), ['127.0.0.1'])
})

test('10. a path with a second reading is refused, and any other arrives as the policy saw it', async (t) => {
  const house = await startTestHouse(t)
  for (const between of [
    '/../',
    '/./',
    '/%2e%2e/',
    '/%2E%2E/',
    '/.%2e/',
    '/%2e./',
    '/..;/',
    '/..;x=y/',
    '/.;/',
    '/..%2f',
    '/..%2F',
    '%2f..%2f',
    '/..%5c',
    '/..\\',
    '/%5C..%5C',
    '/%252e%252e/',
    '/%252e%252e%252f',
    '/..%00/',
    '/%2e%2e%3b/',
  ])
    await refused(t, house, 400, rawRequest(`GET /open${between}any/admin`))
  await refused(t, house, 400, rawRequest('GET /open/x/..'))
  await refused(t, house, 400, rawRequest('GET /open/.'))

  for (const path of [
    '/open/...',
    '/open/..x',
    '/open/x..',
    '/open/.well-known/x',
    '/open/a;b/c',
    '/open/%C3%BC%20',
    '/open/http:/x',
  ])
    for (const upgrade of [[], ['Connection: Upgrade', 'Upgrade: websocket']]) {
      t.is((await exchangeRaw(house, rawRequest(`GET ${path}`, upgrade))).status, 404)
      t.is(house.music.lastRequest?.url, path)
    }
})

test('11. a fragment in the request target is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const target of ['/open/x#/../any/admin', '/open#/any', '/open/x#', '/open/x?a#b', '#/open/x'])
    await refused(t, house, 400, rawRequest(`GET ${target}`))
  t.is((await exchangeRaw(house, rawRequest('GET /open/x%23y?a=%23'))).status, 404)
  t.is(house.music.lastRequest?.url, '/open/x%23y?a=%23')
})

test('12. a target for another host, an empty segment or a backslash is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const target of [
    'http://evil.example/open/x',
    'http://localhost/open/x',
    '//evil.example/any/admin',
    '//open/x',
    '/open//x',
    '/open/x//',
    '/open/a\\..\\b',
    '/\\evil.example/open/x',
    'open/x',
    '*',
  ])
    await refused(t, house, 400, rawRequest(`GET ${target}`))
  // A connection that a proxy is asked for.
  await refused(t, house, 400, rawRequest('CONNECT evil.example:443'))
})

test('13. a public path in the query opens nothing', async (t) => {
  const house = await startTestHouse(t)
  for (const target of ['/any/admin?x=/open/x', '/any/admin?/../open/x', '/any/admin?/open/', '/any/x?path=%2fopen%2f'])
    await refused(t, house, 401, rawRequest(`GET ${target}`))
  t.is((await exchangeRaw(house, rawRequest('GET /open/x?y=/any/../admin//%2e%2f\\'))).status, 404)
  t.is(house.music.lastRequest?.url, '/open/x?y=/any/../admin//%2e%2f\\')
})
