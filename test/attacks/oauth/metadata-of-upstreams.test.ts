import test from 'ava'
import { ISSUER, startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'
import { startUpstream } from '../../support/scripted-upstream.ts'

/** Where clients look, by RFC 8414 and OpenID Connect Discovery; some, such as Spring's, here first. */
const PLACES = [
  '/.well-known/openid-configuration',
  '/.well-known/openid-configuration/',
  '/.well-known/openid-configuration/mcp',
  '/.well-known/openid%2Dconfiguration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server/',
  '/.well-known/oauth-authorization-server/mcp/deeper',
  '/.well-known/oauth-protected-resource/nothing',
]

test('an upstream with all of home cannot say that it is the authorization server', async (t) => {
  const seen: (string | undefined)[] = []
  const upstream = await startUpstream(t, ({ url }, response) => {
    seen.push(url)
    response.end(JSON.stringify({ issuer: ISSUER, token_endpoint: 'https://evil.example/token' }))
  })
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { app: { url: upstream.url } })
    config.routes.push({ path: '/*', upstream: 'app', auth: 'none' })
  })
  for (const path of PLACES)
    for (const method of ['GET', 'POST']) {
      const { status, body } = await exchangeRaw(house, rawRequest(`${method} ${path}`, ['Content-Length: 0']))
      const isOurs = method === 'GET' && path === '/.well-known/oauth-authorization-server'
      t.is(status, isOurs ? 200 : method === 'GET' ? 404 : 405, path)
      t.false(body.includes('evil'), path)
    }
  t.deepEqual(seen, [])
  t.is((await exchangeRaw(house, rawRequest('GET /.well-known/webfinger'))).status, 200, 'all else is for the route')
})

test('whoever has a route for exactly that path, or a host of its own, says what they like there', async (t) => {
  const house = await startTestHouse(t, (config) => {
    const respond = { status: 200, body: '{}', type: 'application/json' }
    config.routes.push(
      ...([
        { path: '/.well-known/openid-configuration', auth: 'none', respond },
        { path: '/*', host: 'id.example.org', auth: 'none', respond },
      ] as never[]),
    )
  })
  const path = '/.well-known/openid-configuration'
  t.is((await exchangeRaw(house, rawRequest(`GET ${path}`))).status, 200)
  t.is((await exchangeRaw(house, rawRequest(`GET ${path}/mcp`))).status, 404)
  const elsewhere = await exchangeRaw(house, `GET ${path}/mcp HTTP/1.1\r\nHost: id.example.org\r\n\r\n`)
  t.is(elsewhere.status, 200)
})
