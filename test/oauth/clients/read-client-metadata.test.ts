import test from 'ava'
import { readClientMetadata } from '../../../src/oauth/clients/read-client-metadata.ts'

const BACK = 'https://app.example/back'
const ALLOWED = ['music.read', 'music.control']
const read = (given: Record<string, unknown> = {}) => readClientMetadata({ redirect_uris: [BACK], ...given }, ALLOWED)

test('what a client leaves open is what RFC 7591 says, with all scopes that it may have', (t) => {
  const defaults = {
    redirect_uris: [BACK],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    client_name: undefined,
    scope: 'music.read music.control',
  }
  t.deepEqual(read() as object, defaults)
  const nothing = { grant_types: null, response_types: null, client_name: null, scope: null }
  t.deepEqual(read({ ...nothing, token_endpoint_auth_method: null }) as object, defaults)
  t.is(read({ scope: '' }).scope, defaults.scope)
})

test('a redirect URI has to be one that the configuration could have, too', (t) => {
  const ofApps = ['com.example.app:/back', 'cursor://anysphere.cursor-mcp/oauth/callback', 'vscode://app/back']
  const good = [BACK, 'http://127.0.0.1:4711/back', 'http://[::1]/', 'http://localhost/back', ...ofApps]
  t.deepEqual(read({ redirect_uris: good }).redirect_uris, good)
  const wrong = [
    'http://app.example/back',
    'https://*.example/back',
    'https://app.example/back#part',
    'https://user@app.example/back',
    'https:///app.example/back',
    'http://localhost.evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp:back',
    'MyApp:/back',
    'myapp://user@app.example/back',
    'ms-settings:/back',
    'web+myapp://back',
    '/back',
    '',
    ' https://app.example/back',
  ]
  for (const uri of wrong) {
    t.throws(
      () => read({ redirect_uris: [BACK, uri] }),
      { code: 'invalid_redirect_uri', message: /^A redirect URI/ },
      uri,
    )
  }
})

test('there are 1 to 20 redirect URIs with up to 1000 characters, each once', (t) => {
  const many = Array.from({ length: 20 }, (_, i) => `${BACK}/${i}`)
  t.deepEqual(read({ redirect_uris: many }).redirect_uris, many)
  const long = BACK.padEnd(1000, 'x')
  t.deepEqual(read({ redirect_uris: [long, BACK, long] }).redirect_uris, [long, BACK])
  t.throws(() => read({ redirect_uris: [`${long}x`] }), { code: 'invalid_redirect_uri' })
  for (const redirect_uris of [[...many, BACK], [], undefined, null, BACK, [1], [[BACK]], { 0: BACK }]) {
    const message = 'The redirect_uris have to be a list with 1 to 20 URIs.'
    t.throws(() => read({ redirect_uris }), { code: 'invalid_redirect_uri', message }, String(redirect_uris))
  }
})

test('a client authenticates in one of the three ways that there are', (t) => {
  for (const method of ['none', 'client_secret_basic', 'client_secret_post']) {
    t.is(read({ token_endpoint_auth_method: method }).token_endpoint_auth_method, method as 'none')
  }
  for (const method of ['private_key_jwt', 'NONE', '', 0, ['none']]) {
    t.throws(() => read({ token_endpoint_auth_method: method }), { code: 'invalid_client_metadata' }, String(method))
  }
})

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

test('of the grant and response types those are registered that there are here, if a client can get tokens by them', (t) => {
  const grants = (...grant_types: string[]) => read({ grant_types }).grant_types as string[]
  t.deepEqual(grants('authorization_code'), ['authorization_code'])
  t.deepEqual(grants('refresh_token', 'implicit', 'authorization_code'), ['authorization_code', 'refresh_token'])
  t.deepEqual(grants(DEVICE, 'authorization_code'), ['authorization_code', DEVICE])
  for (const grant_types of [[], ['refresh_token'], ['device_code'], ['implicit'], 'authorization_code', [1], {}]) {
    t.throws(() => read({ grant_types }), { code: 'invalid_client_metadata' }, String(grant_types))
  }
  t.deepEqual(read({ response_types: ['code', 'token'] }).response_types, ['code'])
  for (const response_types of [[], ['token'], ['code token'], 'code', [1, 'code']]) {
    t.throws(() => read({ response_types }), { code: 'invalid_client_metadata' }, String(response_types))
  }
})

test('a device has nowhere to be sent back to', (t) => {
  for (const redirect_uris of [undefined, [], [BACK]]) {
    const device = readClientMetadata({ grant_types: [DEVICE, 'refresh_token'], redirect_uris }, ALLOWED)
    t.deepEqual(device.grant_types as string[], ['refresh_token', DEVICE])
    t.deepEqual([device.redirect_uris, device.response_types], [[], []])
  }
  t.throws(() => readClientMetadata({ grant_types: [DEVICE, 'authorization_code'] }, ALLOWED), {
    code: 'invalid_redirect_uri',
  })
})

test('a name is 1 to 100 characters on one line, with nothing that would turn it around', (t) => {
  t.is(read({ client_name: ' Müsik 🎵 ' }).client_name, 'Müsik 🎵')
  t.is(read({ client_name: `a${'🎵'.repeat(99)}` }).client_name, `a${'🎵'.repeat(99)}`)
  for (const name of [
    '',
    '  ',
    `a${'🎵'.repeat(100)}`,
    'a\nb',
    'a\u0000',
    'a\u202eb',
    'a\u2028b',
    '\ud800',
    1,
    ['a'],
  ]) {
    t.throws(() => read({ client_name: name }), { code: 'invalid_client_metadata' }, JSON.stringify(name))
  }
})

test('a name has a letter or a digit that is seen, for a person has to know who asks', (t) => {
  for (const name of ['7', 'я', '音', 'ㄱ', '٣', '\u3164a']) t.is(read({ client_name: name }).client_name, name)
  const nothing = [
    '🎵',
    '...',
    '\u00a0',
    '\u3000',
    '\u2800',
    '\u0301',
    '\u115f',
    '\u1160',
    '\u3164',
    '\uffa0',
    '\ufe0f',
  ]
  for (const name of [...nothing, nothing.join('')]) {
    t.throws(() => read({ client_name: name }), { code: 'invalid_client_metadata' }, JSON.stringify(name))
  }
})

test('of the scopes that are asked for those are registered that may be', (t) => {
  t.is(read({ scope: 'music.control' }).scope, 'music.control')
  t.is(read({ scope: ' offline_access  music.control music.read admin' }).scope, 'music.control music.read')
  for (const scope of ['admin', 'music', ['music.read'], 1]) {
    t.throws(() => read({ scope }), { code: 'invalid_client_metadata' }, String(scope))
  }
  t.throws(() => readClientMetadata({ redirect_uris: [BACK] }, []), { code: 'invalid_client_metadata' })
})

test('what nobody knows is ignored', (t) => {
  const more = { software_statement: 'x', jwks: {}, 'client_name#de': 'App', id: 'amazon-alexa', public: true }
  t.deepEqual(read(more) as object, read() as object)
})
