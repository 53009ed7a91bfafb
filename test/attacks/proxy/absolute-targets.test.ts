import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { sayInClear, startPlain } from '../../support/plain-listener.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

/** All that could lead two servers to two places. Each is asked for with `Host: localhost`. */
const REFUSED = [
  'https://evil.example/',
  'https://evil.example/open/x',
  'http://localhost/open/x',
  'ftp://localhost/open/x',
  'wss://localhost/open/x',
  'https://ada@localhost/open/x',
  'https://localhost@evil.example/open/x',
  'https://localhost:8443/open/x',
  'https://localhost:80/open/x',
  'https://localhost:/open/x',
  'https://localhost:0443/open/x',
  'https://localhost./open/x',
  'https://localhost.evil.example/open/x',
  'https://localhost%2fopen/x',
  'https:///open/x',
  'https://localhost//open/x',
  'https://localhost//evil.example/open/x',
  'https://localhost/open/../any/x',
  'https://localhost/open/%2e%2e/any/x',
  'https://localhost/open/x#y',
  'https://localhost/https://localhost/open/x',
]

test('12. an absolute target that is not for this very host, or has a second reading, is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const target of REFUSED)
    for (const headers of [[], UPGRADE])
      t.is((await exchangeRaw(house, rawRequest(`GET ${target}`, headers))).status, 400, target)
  for (const hosts of [['Host: evil.example'], ['Host: localhost', 'Host: localhost'], ['Host: localhost:8443'], []]) {
    const text = ['GET https://localhost/open/x HTTP/1.1', ...hosts, '', ''].join('\r\n')
    t.is((await exchangeRaw(house, text)).status, 400, hosts.join())
  }
  t.is((await exchangeRaw(house, rawRequest('OPTIONS https://localhost'))).status, 400)
  t.is((await exchangeRaw(house, rawRequest('CONNECT https://localhost/open/x'))).status, 400)
  t.is(house.music.requestCount, 0)
})

test('12. a password in an absolute target is not logged', async (t) => {
  const house = await startTestHouse(t)
  for (const target of [
    'https://ada:hunter2@localhost/open/x?y',
    'https://ada:hunter2@localhost',
    'http://:hunter2@localhost/@x',
  ]) {
    t.is((await exchangeRaw(house, rawRequest(`GET ${target}`))).status, 400)
    const { path, refusal } = await house.requests.next()
    t.is(path, target.replace(/(ada)?:hunter2@/, '').replace('?y', ''))
    t.is(refusal?.detail, `target ${JSON.stringify(path)}`)
  }
  t.false(house.log.join('').includes('hunter2'))
})

test('12. an absolute target for this host is decided about by its path, and nothing else of it goes on', async (t) => {
  const house = await startTestHouse(t)
  for (const target of [
    'https://localhost/open/a%20b?c=https://d//e',
    'HTTPS://LOCALHOST:443/open/a%20b?c=https://d//e',
  ])
    for (const headers of [[], UPGRADE]) {
      t.is((await exchangeRaw(house, rawRequest(`GET ${target}`, headers))).status, 404)
      t.is(house.music.lastRequest?.url, '/open/a%20b?c=https://d//e')
      t.is((await house.requests.next()).path, '/open/a%20b')
    }
  t.is((await exchangeRaw(house, rawRequest('GET https://localhost/any/x?/open/x'))).status, 401)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  t.is((await exchangeRaw(house, rawRequest('GET https://localhost/any/x', [bearer]))).status, 404)
  t.is(house.music.lastRequest?.url, '/any/x')
  t.is((await exchangeRaw(house, rawRequest('GET https://localhost/ws', [bearer, ...UPGRADE]))).status, 101)
  await house.reload(({ routes }) => {
    routes.push({ path: '/', upstream: 'music-assistant-open', auth: 'none' })
  })
  for (const [target, url] of [
    ['https://localhost', '/'],
    ['https://localhost?x=1', '/?x=1'],
  ] as const) {
    await exchangeRaw(house, rawRequest(`GET ${target}`))
    t.is(house.music.lastRequest?.url, url)
  }
})

test('12. without TLS an absolute target is one of http, and behind a proxy that ended TLS one of https', async (t) => {
  const house = await startPlain(t)
  const inClear = (line: string) =>
    sayInClear(t, house.gateway.http!.port, rawRequest(line, ['Connection: close']), '127.0.0.1')
  t.regex(await inClear('GET http://localhost/a?b=c'), /^HTTP\/1\.1 308 .*\r\nLocation: https:\/\/[^/]+\/a\?b=c\r\n/s)
  for (const target of ['https://localhost/a', 'http://evil.example/a', 'http://localhost//evil.example'])
    t.regex(await inClear(`GET ${target}`), /^HTTP\/1\.1 308 .*\r\nLocation: https:\/\/[^/]+\/\r\n/s, target)
  const proxied = (line: string) =>
    sayInClear(t, house.gateway.plain!.port, rawRequest(line, ['X-Forwarded-Proto: https', 'Connection: close']))
  t.regex(await proxied('GET https://localhost/health'), /^HTTP\/1\.1 200 /)
  t.regex(await proxied('GET http://localhost/health'), /^HTTP\/1\.1 400 /)
})
