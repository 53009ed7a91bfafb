import test from 'ava'
import { askThroughProxy, startBehindProxy, useThroughProxy } from './behind-proxy.ts'
import { findNginx, startNginx } from './nginx.ts'
import { example } from './start-proxy.ts'

/** examples/proxies/nginx.conf. @param to where it passes everything on. */
function site(
  to: string,
  { certificate, key }: { certificate: string; key: string },
  more: Record<string, string> = {},
) {
  return (listen: string) =>
    example('nginx.conf', {
      'listen 443 ssl': `listen ${listen} ssl`,
      'server_name home.example.org': 'server_name localhost',
      '127.0.0.1:8081': to,
      '/etc/letsencrypt/live/home.example.org/fullchain.pem': certificate,
      '/etc/letsencrypt/live/home.example.org/privkey.pem': key,
      ...more,
    })
}

/** examples/proxies/nginx-stream.conf. */
function stream(to: string, more: Record<string, string> = {}) {
  return (listen: string) =>
    example('nginx-stream.conf', { 'listen 443': `listen ${listen}`, '127.0.0.1:8443': to, ...more })
}

test('nginx ends TLS before listen.plain: an account is linked through it, and a WebSocket goes through', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const house = await startBehindProxy(t)
  const port = await startNginx(t, nginx, 'http', site(house.plain, house.material))
  await useThroughProxy(t, house, port, { listener: 'plain' })
})

/** As Nginx Proxy Manager writes a proxy host with WebSockets, and with our lines under "Advanced". */
function proxyHost(to: string, { certificate, key }: { certificate: string; key: string }) {
  const advanced = example('nginx-proxy-manager.conf', {})
  return (listen: string) => `
server {
  set $forward_scheme http;
  set $server "${to.replace(/:.*/, '')}";
  set $port ${to.replace(/.*:/, '')};
  listen ${listen} ssl http2;
  server_name localhost;
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $http_connection;
  proxy_http_version 1.1;
${advanced}
  location / {
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $http_connection;
    proxy_http_version 1.1;
    add_header X-Served-By $host;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-Scheme $scheme;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_pass $forward_scheme://$server:$port$request_uri;
  }
}`
}

test('a proxy host of Nginx Proxy Manager with the lines of the example: the same', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const house = await startBehindProxy(t)
  const port = await startNginx(t, nginx, 'http', proxyHost(house.plain, house.material))
  await useThroughProxy(t, house, port, { listener: 'plain' })
})

test('nginx passes TLS on with the PROXY protocol: the same, and the gateway knows whose connection it is', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const house = await startBehindProxy(t, { proxy_protocol: true })
  const port = await startNginx(t, nginx, 'stream', stream(house.https))
  await useThroughProxy(t, house, port, { listener: 'https' })
})

test('nginx passes TLS on without the PROXY protocol: all are the proxy, which is not in trusted_proxies then', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const house = await startBehindProxy(t, { trusted_proxies: ['127.7.7.7'] })
  const port = await startNginx(t, nginx, 'stream', stream(house.https, { 'proxy_protocol on;': '' }))
  await useThroughProxy(t, house, port, { listener: 'https', seen: '127.0.0.1' })
})

test('nginx that comes to listen.http is told of listen.plain, and no more sent to and fro', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const house = await startBehindProxy(t)
  const port = await startNginx(t, nginx, 'http', site(house.http, house.material))
  const { status, body } = await askThroughProxy(house, port)
  t.is(status, 421)
  t.regex(body, /listen\.plain.*listen\.trusted_proxies/)
  const page = await askThroughProxy(house, port, ['Accept: text/html'])
  t.regex(page.body, /<html.*listen\.plain.*listen\.trusted_proxies/s)
  t.regex(
    await house.logged('a proxy that ends TLS'),
    /127\.0\.0\.1 sends X-Forwarded-Proto: point it at .* listen\.plain/,
  )
  t.is(house.log.filter((line) => line.includes('a proxy that ends TLS')).length, 1)
})

test('nginx that comes to listen.https without TLS passes words back that say what to do', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const house = await startBehindProxy(t)
  const port = await startNginx(t, nginx, 'http', site(house.https, house.material))
  const { status, body } = await askThroughProxy(house, port)
  t.is(status, 400)
  t.regex(body, /listen\.plain.*listen\.trusted_proxies/s)
  await house.gateway.close()
  t.regex(await house.logged('connections were cut off'), /they spoke HTTP without TLS to listen\.https/)
})

test('nginx that is not in trusted_proxies is told so, and that does not say https', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const stranger = await startBehindProxy(t, { trusted_proxies: ['127.7.7.7'] })
  const port = await startNginx(t, nginx, 'http', site(stranger.plain, stranger.material))
  const refused = await askThroughProxy(stranger, port)
  t.is(refused.status, 403)
  t.regex(refused.body, /not_a_trusted_proxy.*listen\.trusted_proxies/)
  t.is((await stranger.requests.next()).refusal?.detail, '127.0.0.1 is not in listen.trusted_proxies')

  const house = await startBehindProxy(t)
  const passing = { 'X-Forwarded-Proto $scheme': 'X-Forwarded-Proto "$http_x_forwarded_proto"' }
  const passed = await startNginx(t, nginx, 'http', site(house.plain, house.material, passing))
  for (const [said, detail] of [
    [[], 'there is no X-Forwarded-Proto'],
    [['X-Forwarded-Proto: http'], 'X-Forwarded-Proto is http, not https'],
    [['X-Forwarded-Proto: https,http'], 'X-Forwarded-Proto is https,http, not https'],
  ] as [string[], string][]) {
    const { status, body } = await askThroughProxy(house, passed, said)
    t.is(status, 403)
    t.regex(body, /X-Forwarded-Proto: https/)
    t.is((await house.requests.next()).refusal?.detail, detail)
  }
})

test('the PROXY protocol of nginx where the gateway wants none, and none where it wants one', async (t) => {
  const nginx = findNginx(t)
  if (nginx === undefined) return
  const [wants, doesNot] = [await startBehindProxy(t, { proxy_protocol: true }), await startBehindProxy(t)]
  const without = await startNginx(t, nginx, 'stream', stream(wants.https, { 'proxy_protocol on;': '' }))
  await t.throwsAsync(askThroughProxy(wants, without))
  const sending = await startNginx(t, nginx, 'stream', stream(doesNot.https))
  await t.throwsAsync(askThroughProxy(doesNot, sending))
  for (const { gateway } of [wants, doesNot]) await gateway.close()
  t.regex(
    await wants.logged('cut off'),
    /did not begin .*nginx: proxy_protocol on.* or take listen\.proxy_protocol away/,
  )
  t.regex(
    await doesNot.logged('cut off'),
    /they began with a header of the PROXY protocol.* listen\.proxy_protocol: true/,
  )
})
