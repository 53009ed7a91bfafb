import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { PROXY, sayInClear as say, startPlain } from '../../support/plain-listener.ts'
import { rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

const HTTPS = 'X-Forwarded-Proto: https'
const CLOSE = 'Connection: close'

test('upstreams are told of https and of the client, whatever the client and the proxy have written', async (t) => {
  const house = await startPlain(t)
  const spoofed = [
    'X-Forwarded-For: 198.51.100.7, 203.0.113.9',
    'X-Forwarded-Host: evil.example',
    'X-Real-IP: 198.51.100.7',
  ]
  await say(t, house.gateway.plain!.port, rawRequest('GET /open/seen', [HTTPS, CLOSE, ...spoofed]))
  const seen = house.music.requests.find(({ url }) => url === '/open/seen')!
  t.deepEqual(seen.header('x-forwarded-proto'), ['https'])
  t.deepEqual(seen.header('x-forwarded-for'), ['203.0.113.9'])
  t.deepEqual(seen.header('x-forwarded-host'), ['dev.jasonhollis.com'])
  t.deepEqual(seen.header('x-real-ip'), [])
})

test('nothing of what is refused there gets anywhere, with credentials or an upgrade neither', async (t) => {
  const house = await startPlain(t)
  const authorization = `Authorization: Bearer ${await issueToken(house)}`
  const body = JSON.stringify({ command: 'players/all' })
  const call = rawRequest('POST /api', [authorization, `Content-Length: ${body.length}`], body)
  const upgrade = rawRequest('GET /ws', [authorization, ...UPGRADE])
  const before = house.music.requestCount
  for (const text of [call, upgrade]) {
    t.regex(await say(t, house.gateway.plain!.port, text), /^HTTP\/1\.1 403 .*forwarded_without_https/s)
    const stranger = await say(t, house.gateway.plain!.port, text.replace('\r\n', `\r\n${HTTPS}\r\n`), '127.0.0.1')
    t.regex(stranger, /^HTTP\/1\.1 403 .*not_a_trusted_proxy/s)
  }
  t.is(house.music.requestCount, before)
  for (let i = 0; i < 4; i++) {
    const { listener, ending, user } = await house.requests.next()
    t.deepEqual([listener, ending, user], ['plain', 'refused', undefined])
  }
})

test('a connection that was refused serves no other request', async (t) => {
  const house = await startPlain(t)
  const said = await say(t, house.gateway.plain!.port, rawRequest('GET /health') + rawRequest('GET /health', [HTTPS]))
  t.is(said.match(/HTTP\/1\.1/g)?.length, 1)
})

test('a reload brings the listener, the PROXY protocol and tls: none, and takes them away again', async (t) => {
  const house = await startPlain(t)
  const health = rawRequest('GET /health', [HTTPS, CLOSE])
  const header = 'PROXY TCP4 203.0.113.9 192.0.2.1 50123 443\r\n'
  const ask = async (text: string) => (await say(t, house.gateway.plain!.port, text)).slice(9, 12)
  t.is(await ask(health), '200')
  await house.reload((config) => Object.assign(config.listen, { proxy_protocol: true }))
  t.deepEqual([await ask(health), await ask(header + health)], ['', '200'])
  await house.reload((config) => {
    Object.assign(config, { tls: 'none' })
    Object.assign(config.listen, { https: undefined, proxy_protocol: false })
  })
  t.is(house.gateway.https, undefined)
  t.is(await ask(health), '200')
  await house.reload((config) => {
    Object.assign(config, { tls: { source: 'local' } })
    Object.assign(config.listen, { https: '127.0.0.1:0', plain: undefined })
  })
  t.is(house.gateway.plain, undefined)
  t.truthy(house.gateway.https)
})

test('whoever reads the metrics needs no header of the PROXY protocol, and without TLS the gateway is ready', async (t) => {
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.listen, { plain: '127.0.0.1:0', trusted_proxies: [PROXY], proxy_protocol: true })
    Object.assign(config, { metrics: { listen: '127.0.0.1:0' } })
  })
  await house.reload((config) => {
    Object.assign(config, { tls: 'none' })
    Object.assign(config.listen, { https: undefined })
  })
  const { port } = house.gateway.metrics!
  t.regex(await say(t, port, rawRequest('GET /readyz', [CLOSE])), /^HTTP\/1\.1 200 .*"ready":true/s)
  t.regex(await say(t, port, rawRequest('GET /metrics', [CLOSE])), /reason="no_proxy_header"/)
})

test('what the tunnels of Cloudflare and Tailscale send is understood, and none of it gets to upstreams', async (t) => {
  const house = await startPlain(t)
  const cloudflare = [
    'CF-Connecting-IP: 203.0.113.9',
    'CF-IPCountry: DE',
    'CF-RAY: 8f1c2d3e4f5a6b7c-FRA',
    'CF-Visitor: {"scheme":"https"}',
    'Cdn-Loop: cloudflare; loops=1',
    'Accept-Encoding: gzip, br',
  ]
  const tailscale = [
    'X-Forwarded-Host: home.tail1234.ts.net',
    'Tailscale-Headers-Info: https://tailscale.com/s/serve-headers',
  ]
  for (const [name, headers] of Object.entries({ cloudflare, tailscale })) {
    const text = rawRequest(`GET /open/${name}`, [HTTPS, 'X-Forwarded-For: 203.0.113.9', CLOSE, ...headers])
    await say(t, house.gateway.plain!.port, text)
    const { listener, address } = await house.requests.next()
    t.deepEqual([listener, address], ['plain', '203.0.113.9'])
    const seen = house.music.requests.find(({ url }) => url === `/open/${name}`)!
    t.deepEqual(seen.header('x-forwarded-host'), ['dev.jasonhollis.com'])
    for (const guarded of ['cf-connecting-ip', 'cf-visitor', 'cf-ray']) t.deepEqual(seen.header(guarded), [])
  }
})
