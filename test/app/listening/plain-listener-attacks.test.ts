import test, { type ExecutionContext } from 'ava'
import { ADA, type TestHouse } from '../../support/gateway.ts'
import { ALEXA_REQUEST } from '../../support/linking.ts'
import { PROXY, sayInClear, startPlain } from '../../support/plain-listener.ts'
import { rawRequest } from '../../support/raw-client.ts'

const HTTPS = 'X-Forwarded-Proto: https'

function say(t: ExecutionContext, { gateway }: TestHouse, text: string, localAddress = PROXY): Promise<string> {
  return sayInClear(t, gateway.plain!.port, text, localAddress)
}

function statuses(said: string): string[] {
  return [...said.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status as string)
}

test('there is one way to say https: no other spelling, header or value is taken for it', async (t) => {
  const house = await startPlain(t)
  const before = house.music.requestCount
  const wrong = [
    ['X-Forwarded-Proto: HTTPS'],
    ['X-Forwarded-Proto: https,https'],
    ['X-Forwarded-Proto: http', HTTPS],
    [HTTPS, HTTPS],
    [HTTPS, 'X_Forwarded_Proto: http'],
    ['X_Forwarded_Proto: https'],
    [HTTPS, 'X.Forwarded.Proto: https'],
    ['X-Forwarded-Proto: "https"'],
    ['X-Forwarded-Proto:'],
    ['X-Forwarded-Proto: https\x0b'],
    ['Forwarded: proto=https'],
    ['X-Forwarded-Ssl: on'],
    ['X-Forwarded-Scheme: https'],
    ['X-Forwarded-Proto: wss'],
  ]
  for (const headers of wrong) {
    const said = await say(t, house, rawRequest('GET /open/seen', [...headers, 'Connection: close']))
    t.regex(said, /^HTTP\/1\.1 40[03] /, headers.join(' + '))
  }
  t.is(house.music.requestCount, before)
  t.deepEqual(statuses(await say(t, house, rawRequest('GET /health', [HTTPS, 'Connection: close']))), ['200'])
})

test('HTTP/2 that nobody agreed on, a target with a host, and CONNECT are refused there', async (t) => {
  const house = await startPlain(t)
  t.deepEqual(statuses(await say(t, house, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')), ['400'])
  const h2c = ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings, close', 'HTTP2-Settings: AAMAAABkAAQAAP__', HTTPS]
  t.notRegex(await say(t, house, rawRequest('GET /health', h2c)), /^HTTP\/1\.1 101/)
  for (const line of [
    'GET https://dev.jasonhollis.com/health',
    'GET http://169.254.169.254/',
    'CONNECT 127.0.0.1:22',
    'GET *',
  ])
    t.deepEqual(statuses(await say(t, house, rawRequest(line, [HTTPS, 'Connection: close']))), ['400'], line)
})

test('what a proxy keeps open for many clients holds one request after the other, and nothing hidden in a body', async (t) => {
  const house = await startPlain(t)
  const hidden = rawRequest('GET /open/hidden', [HTTPS])
  const twoLengths = [HTTPS, `Content-Length: ${hidden.length}`, 'Transfer-Encoding: chunked']
  const said = await say(
    t,
    house,
    rawRequest('GET /health', [HTTPS]) + rawRequest('POST /open/seen', twoLengths, `0\r\n\r\n${hidden}`),
  )
  t.deepEqual(statuses(said), ['200', '400'])
  for (const coding of [
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding:\x0bchunked',
    'Transfer-Encoding : chunked',
    'Transfer_Encoding: chunked',
  ]) {
    const answered = await say(
      t,
      house,
      rawRequest('POST /open/seen', [HTTPS, 'Connection: close', coding], `0\r\n\r\n${hidden}`),
    )
    t.true(statuses(answered).length <= 1, coding)
  }
  t.false(house.music.requests.some(({ url }) => url === '/open/hidden'))
})

test('one client of a proxy that came without TLS ends the connection, with all that was sent behind it', async (t) => {
  const house = await startPlain(t)
  const said = await say(
    t,
    house,
    rawRequest('GET /health', [HTTPS]) + rawRequest('GET /health') + rawRequest('GET /open/behind', [HTTPS]),
  )
  t.deepEqual(statuses(said), ['200', '403'])
  t.false(house.music.requests.some(({ url }) => url === '/open/behind'))
})

test('a proxy that comes by IPv4 to a listener of IPv6 is the same one, and so is one that is listed as IPv6', async (t) => {
  for (const trusted of [PROXY, `::ffff:${PROXY}`]) {
    const house = await startPlain(t, { plain: '[::]:0', trusted_proxies: [trusted] })
    const said = await say(t, house, rawRequest('GET /health', [HTTPS, 'Connection: close']))
    t.deepEqual(statuses(said), ['200'], trusted)
    t.like(await house.requests.next(), { peer: `::ffff:${PROXY}`, listener: 'plain' })
    t.deepEqual(statuses(await say(t, house, rawRequest('GET /health', [HTTPS]), '127.4.0.2')), ['403'], trusted)
  }
})

test('where a proxy ends TLS, cookies are for https alone, and a form of a page of another origin counts for nothing', async (t) => {
  const house = await startPlain(t)
  const target = `/alexa/authorize?${new URLSearchParams(ALEXA_REQUEST)}`
  const page = await say(t, house, rawRequest(`GET ${target}`, [HTTPS, 'Connection: close']))
  const cookies = page.split('\r\n').filter((line) => /^set-cookie:/i.test(line))
  t.not(cookies.length, 0)
  for (const cookie of cookies) t.regex(cookie, /; Secure/)
  const cookie = `Cookie: ${cookies.map((line) => /: ([^;]+)/.exec(line)?.[1]).join('; ')}`
  const form = new URLSearchParams({ username: ADA.name, password: ADA.password }).toString()
  const sent = [
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.length}`,
    'Connection: close',
  ]
  for (const origin of ['http://dev.jasonhollis.com', 'https://evil.example', 'null']) {
    const headers = [HTTPS, cookie, `Origin: ${origin}`, ...sent]
    t.regex(await say(t, house, rawRequest(`POST ${target}`, headers, form)), /^HTTP\/1\.1 4\d\d /, origin)
  }
})
