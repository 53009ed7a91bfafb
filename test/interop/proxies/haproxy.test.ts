import test from 'ava'
import { findProgram } from '../../support/program.ts'
import { askThroughProxy, ended, startBehindProxy, useThroughProxy } from './behind-proxy.ts'
import { startHaproxy } from './haproxy.ts'
import { example } from './start-proxy.ts'

/** examples/proxies/haproxy.cfg. */
function http(to: string, more: Record<string, string> = {}) {
  return (listen: string, both: string) =>
    example('haproxy.cfg', {
      'bind :443': `bind ${listen}`,
      '/etc/haproxy/certs/home.example.org.pem': both,
      'server skillgate 127.0.0.1:8081': `server skillgate ${to}`,
      ...more,
    })
}

/** examples/proxies/haproxy-tcp.cfg. */
function tcp(to: string, more: Record<string, string> = {}) {
  return (listen: string) =>
    example('haproxy-tcp.cfg', { 'bind :443': `bind ${listen}`, '127.0.0.1:8443': to, ...more })
}

for (const [what, proxy_protocol] of [
  ['', false],
  [' send-proxy', true],
  [' send-proxy-v2', true],
] as const)
  test(`HAProxy ends TLS before listen.plain${what && ` with${what}`}: an account is linked, and a WebSocket goes through`, async (t) => {
    const haproxy = findProgram(t, 'haproxy', 'haproxy')
    if (haproxy === undefined) return
    const house = await startBehindProxy(t, { proxy_protocol })
    const port = await startHaproxy(t, haproxy, house.material, http(`${house.plain}${what}`))
    await useThroughProxy(t, house, port, { listener: 'plain' })
  })

for (const version of ['send-proxy', 'send-proxy-v2', 'send-proxy-v2-ssl-cn proxy-v2-options crc32c'])
  test(`HAProxy passes TLS on with ${version}: the same, and the gateway knows whose connection it is`, async (t) => {
    const haproxy = findProgram(t, 'haproxy', 'haproxy')
    if (haproxy === undefined) return
    const house = await startBehindProxy(t, { proxy_protocol: true })
    const changes = { '127.0.0.1:8443 send-proxy-v2': `${house.https} ${version}` }
    const port = await startHaproxy(t, haproxy, house.material, (listen) =>
      example('haproxy-tcp.cfg', { 'bind :443': `bind ${listen}`, ...changes }),
    )
    await useThroughProxy(t, house, port, { listener: 'https' })
  })

test('HAProxy passes TLS on without the PROXY protocol: all are the proxy', async (t) => {
  const haproxy = findProgram(t, 'haproxy', 'haproxy')
  if (haproxy === undefined) return
  const house = await startBehindProxy(t, { trusted_proxies: ['127.7.7.7'] })
  const port = await startHaproxy(t, haproxy, house.material, tcp(house.https, { ' send-proxy-v2\n': '\n' }))
  await useThroughProxy(t, house, port, { listener: 'https', seen: '127.0.0.1' })
})

test('HAProxy that looks whether the gateway is there, by its own header, is answered and is nobody else', async (t) => {
  const haproxy = findProgram(t, 'haproxy', 'haproxy')
  if (haproxy === undefined) return
  const house = await startBehindProxy(t, { proxy_protocol: true })
  const checked = `${house.plain} send-proxy-v2 check inter 200ms\n  option httpchk\n  http-check send meth GET uri /health hdr Host localhost hdr X-Forwarded-Proto https`
  await startHaproxy(t, haproxy, house.material, http(checked))
  const { path, status, address, peer } = await house.requests.next()
  t.deepEqual([path, status, address, peer], ['/health', 200, undefined, '127.0.0.1'])
})

test('HAProxy that comes to the wrong listener is told which keys to set', async (t) => {
  const haproxy = findProgram(t, 'haproxy', 'haproxy')
  if (haproxy === undefined) return
  const house = await startBehindProxy(t)
  const redirected = await startHaproxy(t, haproxy, house.material, http(house.http))
  t.like(await askThroughProxy(house, redirected), { status: 421 })
  const inClear = await startHaproxy(t, haproxy, house.material, http(house.https))
  const { status, body } = await askThroughProxy(house, inClear)
  t.is(status, 400)
  t.regex(body, /listen\.plain.*listen\.trusted_proxies/s)
  const without = { 'http-request set-header X-Forwarded-Proto https': '' }
  const silent = await startHaproxy(t, haproxy, house.material, http(house.plain, without))
  t.regex((await askThroughProxy(house, silent)).body, /X-Forwarded-Proto: https/)
  const sending = await startHaproxy(t, haproxy, house.material, http(`${house.plain} send-proxy`))
  t.is((await askThroughProxy(house, sending)).status, 400)
  const { refusal } = await ended(house, (one) => one.refusal?.code === 'malformed_request')
  t.regex(refusal?.detail ?? '', /listen\.proxy_protocol: true/)
})
