import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

/** All that a header's name may have besides letters, digits, `-`, and what is told of elsewhere, `_` and `.`. */
const PUNCTUATION = [..."!#$%&'*+^`|~"]

const IMITATED = [
  'X-Remote-User-Id',
  'X-Remote-User-Name',
  'X-Auth-Scopes',
  'X-Forwarded-For',
  'X-Original-URL',
  'X-Real-IP',
  'X-Simulator-Bypass',
  'Transfer-Encoding',
  'Content-Length',
  'Proxy-Authorization',
]

test('65. a name that only looks like a guarded one, with any other punctuation, is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const punctuation of PUNCTUATION) {
    for (const name of IMITATED) {
      for (const spelling of [
        name.replaceAll('-', () => punctuation),
        name.replace('-', () => punctuation).toUpperCase(),
        name.replace(/-(?=[^-]*$)/, () => punctuation).toLowerCase(),
      ]) {
        for (const upgrade of [[], UPGRADE]) {
          const { status, body } = await exchangeRaw(house, rawRequest('GET /open/x', [...upgrade, `${spelling}: 1`]))
          t.deepEqual([status, JSON.parse(body).error], [400, 'ambiguous_request'], spelling)
        }
      }
    }
  }
  t.is(house.music.requestCount, 0)
  const { status } = await exchangeRaw(house, rawRequest('GET /open/x', ["X~My|Own'Header: 1", 'Accept*Encoding: x']))
  t.is(status, 404)
  t.deepEqual(house.music.lastRequest?.header("x~my|own'header"), ['1'])
})

test("65. the default names of the identity are no client's to send where the configuration has others", async (t) => {
  const house = await startTestHouse(t, (config) => {
    Object.assign(config, {
      identity_headers: {
        user_id: 'X-Who-Id',
        user_name: 'X-Who-Name',
        display_name: 'X-Who',
        client_id: 'X-App',
        scopes: 'X-May',
      },
    })
  })
  const spoofed = ['X-Remote-User-Id', 'x_remote_user_name', 'X-Remote-User-Display-Name', 'X-Auth-Client-Id']
  spoofed.push('X.Auth.Scopes', 'X-Who-Id', 'x_who', 'X-MAY', 'Remote-User', 'X-Remote-User')
  const lines = [...spoofed.map((name) => `${name}: admin`), `Authorization: Bearer ${await issueToken(house)}`]
  for (const [path, extra] of [
    ['/any/x', []],
    ['/open/x', []],
    ['/open/x', UPGRADE],
  ] as const) {
    t.is((await exchangeRaw(house, rawRequest(`GET ${path}`, [...extra, ...lines]))).status, 404)
    const seen = house.music.lastRequest!
    t.false(seen.rawHeaders.includes('admin'), seen.rawHeaders.join())
    t.is(seen.header('x-who-name').join(), path === '/any/x' ? 'ada' : '')
  }
})

const OF_PROXIES = [
  ...['Proxy', 'X-Client-IP', 'CF-Connecting-IP', 'CF-Access-Authenticated-User-Email', 'True-Client-IP'],
  ...['X-Cluster-Client-IP', 'Fastly-Client-IP', 'X-Original-URL', 'X-Rewrite-URL', 'X-Original-Host'],
  ...['X-Original-Method', 'X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-Ingress-Path'],
  ...['X-Simulator-Bypass', 'X-Simulator-Signature', 'X-Forwarded-User', 'X-Forwarded', 'Forwarded', 'Remote-User'],
  ...['X-Envoy-Original-Path', 'X-Amzn-Oidc-Identity', 'SSL-Client-Verify', 'X-SSL-Client-DN', 'Client-Cert'],
  ...['X-Middleware-Subrequest', 'X-Accel-Mapping', 'X-Host', 'X-Auth-Request-User', 'X-WebAuth-User'],
]

const OF_CLIENTS = ['Via', 'X-Amzn-Trace-Id', 'X-Request-Id', 'Traceparent', 'X-Auth-Token', 'X-Originally', 'Cfx']

test('65. what only a proxy says, and servers believe, never passes from a client', async (t) => {
  const house = await startTestHouse(t)
  const spoofed = OF_PROXIES.flatMap((name) => [name, name.replaceAll('-', '_'), name.toUpperCase()])
  for (const upgrade of [[], UPGRADE]) {
    const sent = [...spoofed.map((name) => `${name}: lie`), ...OF_CLIENTS.map((name) => `${name}: kept`)]
    for (const part of [sent.slice(0, 60), sent.slice(60)]) {
      t.is((await exchangeRaw(house, rawRequest('GET /open/x', [...upgrade, ...part]))).status, 404)
      const { rawHeaders } = house.music.lastRequest!
      t.deepEqual(
        rawHeaders.filter((_, i) => rawHeaders[i + 1] === 'lie'),
        [],
      )
    }
    const { rawHeaders } = house.music.lastRequest!
    t.is(rawHeaders.filter((value) => value === 'kept').length, OF_CLIENTS.length)
  }
})
