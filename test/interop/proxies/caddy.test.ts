import { join } from 'node:path'
import test from 'ava'
import { findProgram } from '../../support/program.ts'
import { askThroughProxy, startBehindProxy, useThroughProxy } from './behind-proxy.ts'
import { startCaddy } from './caddy.ts'
import { example } from './start-proxy.ts'

test('Caddy ends TLS before listen.plain: an account is linked through it, and a WebSocket goes through', async (t) => {
  const caddy = findProgram(t, 'caddy', 'caddy')
  if (caddy === undefined) return
  const house = await startBehindProxy(t)
  const site = (head: string) => example('Caddyfile', { 'home.example.org {': head, '127.0.0.1:8081': house.plain })
  const port = await startCaddy(t, caddy, house.material, site)
  await useThroughProxy(t, house, port, { listener: 'plain' })
})

test('Caddy ends TLS and speaks TLS to listen.https: the same', async (t) => {
  const caddy = findProgram(t, 'caddy', 'caddy')
  if (caddy === undefined) return
  const house = await startBehindProxy(t)
  const site = (head: string) =>
    example('tls-to-tls.Caddyfile', {
      'home.example.org {': head,
      'tls_server_name home.example.org': 'tls_server_name localhost',
      '127.0.0.1:8443': house.https,
      '/etc/caddy/local-ca.pem': join(house.folder, 'certs', 'local-ca.pem'),
    })
  const port = await startCaddy(t, caddy, house.material, site)
  await useThroughProxy(t, house, port, { listener: 'https' })
})

test('Caddy that comes to the wrong listener is told which keys to set', async (t) => {
  const caddy = findProgram(t, 'caddy', 'caddy')
  if (caddy === undefined) return
  const house = await startBehindProxy(t)
  for (const [to, expected] of [
    [house.http, 421],
    [house.https, 400],
  ] as const) {
    const site = (head: string) => example('Caddyfile', { 'home.example.org {': head, '127.0.0.1:8081': to })
    const { status, body } = await askThroughProxy(house, await startCaddy(t, caddy, house.material, site))
    t.is(status, expected)
    t.regex(body, /listen\.plain.*listen\.trusted_proxies/s)
  }
  const stranger = await startBehindProxy(t, { trusted_proxies: ['127.7.7.7'] })
  const site = (head: string) => example('Caddyfile', { 'home.example.org {': head, '127.0.0.1:8081': stranger.plain })
  const { status, body } = await askThroughProxy(stranger, await startCaddy(t, caddy, stranger.material, site))
  t.is(status, 403)
  t.regex(body, /listen\.trusted_proxies/)
})
