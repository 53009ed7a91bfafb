import test from 'ava'
import { exactRequest } from '../support/exact-request.ts'
import { ISSUER, startTestHouse, type TestHouse } from '../support/gateway.ts'

async function read(house: TestHouse, path: string) {
  const { status, headers, text } = await exactRequest(house, { path })
  return { status, headers, json: status === 200 ? JSON.parse(text) : undefined }
}

const SERVER = '/.well-known/oauth-authorization-server'
const RESOURCE = '/.well-known/oauth-protected-resource'

test('the metadata says all that a client has to know of the authorization server', async (t) => {
  const house = await startTestHouse(t)
  const { json, headers } = await read(house, SERVER)
  t.is(headers['content-type'], 'application/json')
  t.deepEqual(json, {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/alexa/authorize`,
    token_endpoint: `${ISSUER}/alexa/token`,
    revocation_endpoint: `${ISSUER}/alexa/revoke`,
    introspection_endpoint: `${ISSUER}/alexa/introspect`,
    userinfo_endpoint: `${ISSUER}/alexa/userinfo`,
    device_authorization_endpoint: `${ISSUER}/alexa/device_authorization`,
    scopes_supported: ['music.read', 'music.control', 'user:read'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    protected_resources: [ISSUER, `${ISSUER}/api`, `${ISSUER}/ws`, `${ISSUER}/any`],
  })
})

test('the metadata stands at one address, whatever the base path, and the issuer is what public_url says', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { base_path: '/link/google' }))
  const plain = await read(house, SERVER)
  t.is(plain.json.issuer, ISSUER)
  t.is(plain.json.token_endpoint, `${ISSUER}/link/google/token`)
  for (const path of [
    `${SERVER}/`,
    `${SERVER}/link/google`,
    `/link/google${SERVER}`,
    '/.well-known/openid-configuration',
  ]) {
    t.is((await read(house, path)).status, 404, path)
  }
})

test('every endpoint that the metadata names is there, and takes the method that it is for', async (t) => {
  const house = await startTestHouse(t)
  const { json } = await read(house, SERVER)
  const named = Object.entries<string>(json).filter(([name]) => name.endsWith('_endpoint'))
  t.is(named.length, 6)
  for (const [name, uri] of named) {
    const path = uri.slice(ISSUER.length)
    const method = /authorization_endpoint$|userinfo/.test(name) && !name.startsWith('device') ? 'GET' : 'POST'
    const { status } = await exactRequest(house, { method, path })
    t.true([400, 401].includes(status), `${method} ${path}: ${status}`)
  }
})

test('where any client may register, the metadata says so; where it needs a token, or nobody may, that is told where they ask', async (t) => {
  const closed = await startTestHouse(t)
  t.false('registration_endpoint' in (await read(closed, SERVER)).json)
  t.is((await exactRequest(closed, { method: 'POST', path: '/alexa/register' })).status, 403)
  const byToken = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { registration: { enabled: true } }))
  t.false('registration_endpoint' in (await read(byToken, SERVER)).json)
  t.is((await exactRequest(byToken, { method: 'POST', path: '/alexa/register' })).status, 401)
  const open = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { registration: { open: true } }))
  t.is((await read(open, SERVER)).json.registration_endpoint, `${ISSUER}/alexa/register`)
  t.is((await exactRequest(open, { method: 'POST', path: '/alexa/register' })).status, 400)
})

test('each protected resource has metadata of its own, and the whole of them too', async (t) => {
  const house = await startTestHouse(t, ({ routes }) => {
    routes.push({ path: '/api', methods: ['GET'], upstream: 'music-assistant', auth: 'bearer', scopes: ['music.read'] })
  })
  const about = (path: string, scopes: string[]) => ({
    resource: `${ISSUER}${path}`,
    authorization_servers: [ISSUER],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  })
  t.deepEqual((await read(house, RESOURCE)).json, about('', ['music.read', 'music.control', 'user:read']))
  t.deepEqual((await read(house, `${RESOURCE}/api`)).json, about('/api', ['music.control', 'music.read']))
  t.deepEqual((await read(house, `${RESOURCE}/ws`)).json, about('/ws', []))
  t.deepEqual((await read(house, `${RESOURCE}/any`)).json, about('/any', []), 'of /any/*')
  t.deepEqual((await read(house, `${RESOURCE}/any/`)).json, about('/any/', []))
  for (const path of ['/open', '/open/x', '/imageproxy', '/other', '/']) {
    t.is((await read(house, `${RESOURCE}${path}`)).status, 404, path)
  }
})

test('a 401 or 403 names metadata that is there, of the resource that was asked for', async (t) => {
  const house = await startTestHouse(t)
  for (const [method, path, resource] of [
    ['POST', '/api', '/api'],
    ['POST', '/api/', '/api/'],
    ['GET', '/any/deep/below', '/any/deep/below'],
    ['GET', '/any/deep/below?as=asked', '/any/deep/below'],
    ['GET', '/alexa/userinfo', '/alexa/userinfo'],
  ] as const) {
    const { status, headers } = await exactRequest(house, { method, path })
    t.is(status, 401, path)
    const uri = /resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? ''
    t.true(uri.startsWith(`${ISSUER}/.well-known/`), uri)
    t.is((await read(house, uri.slice(ISSUER.length))).json.resource, `${ISSUER}${resource}`)
  }
})

test('a route for everything is the resource of the whole', async (t) => {
  const house = await startTestHouse(t, ({ routes }) => {
    routes.push({ path: '/*', upstream: 'music-assistant', auth: 'bearer', scopes: ['music.read'] } as never)
  })
  const { json } = await read(house, SERVER)
  t.deepEqual(json.protected_resources, [ISSUER, `${ISSUER}/api`, `${ISSUER}/ws`, `${ISSUER}/any`])
  for (const [path, inserted] of [
    ['/', ''],
    ['/whatever', '/whatever'],
  ] as const) {
    const { headers } = await exactRequest(house, { path })
    t.regex(headers['www-authenticate'] ?? '', new RegExp(`resource_metadata="${ISSUER}${RESOURCE}${inserted}"`))
  }
})
