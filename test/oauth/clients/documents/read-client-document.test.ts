import test from 'ava'
import { readClientDocument } from '../../../../src/oauth/clients/documents/read-client-document.ts'

const ID = 'https://app.example/client.json'
const HONEST = { client_id: ID, redirect_uris: ['https://app.example/back'] }

function read(document: object, domains: string[] = [], id = ID) {
  return readClientDocument(Buffer.from(JSON.stringify(document)), new URL(id), domains)
}

const LOOPBACK = ['http://localhost/callback', 'http://127.0.0.1/callback']
const BOTH = ['authorization_code', 'refresh_token']

/** As they were published in autumn 2026. */
const CONNECTORS = {
  Claude: {
    client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    client_name: 'Claude',
    client_uri: 'https://claude.ai',
    redirect_uris: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
    grant_types: [...BOTH, 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  'Claude Code': {
    client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
    client_name: 'Claude Code',
    client_uri: 'https://claude.ai',
    redirect_uris: LOOPBACK,
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  ChatGPT: {
    client_id: 'https://chatgpt.com/oauth/client.json',
    client_uri: 'https://chatgpt.com/',
    redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    grant_types: BOTH,
    response_types: ['code'],
    client_name: 'ChatGPT',
    logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
    token_endpoint_auth_signing_alg: 'RS256',
    jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
  },
  'Visual Studio Code': {
    client_name: 'Visual Studio Code',
    logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
    grant_types: [...BOTH, 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    client_id: 'https://vscode.dev/oauth/client-metadata.json',
    client_uri: 'https://vscode.dev/product',
    redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
  },
  opencode: {
    client_id: 'https://opencode.ai/oauth/opencode/client.json',
    client_name: 'opencode',
    client_uri: 'https://opencode.ai',
    logo_uri: 'https://opencode.ai/web-app-manifest-512x512.png',
    application_type: 'native',
    redirect_uris: LOOPBACK,
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    token_endpoint_auth_methods_supported: ['none'],
  },
}

test('the documents of the known connectors count', (t) => {
  const domains = ['claude.ai', 'claude.com', 'chatgpt.com', 'vscode.dev', 'opencode.ai']
  for (const [name, document] of Object.entries(CONNECTORS)) {
    const client = read(document, domains, document.client_id)
    t.like(client, { id: document.client_id, name, redirect_uris: document.redirect_uris, scopes: undefined })
    t.deepEqual(client.grant_types.slice(0, 2), ['authorization_code', 'refresh_token'], name)
  }
})

test('what a document leaves open is what RFC 7591 says, and its name is that of its host', (t) => {
  t.deepEqual(read(HONEST), {
    id: ID,
    name: 'app.example',
    redirect_uris: ['https://app.example/back'],
    grant_types: ['authorization_code'],
    scopes: undefined,
  })
})

test('the scopes that it names are those, and nothing means that it names none', (t) => {
  t.deepEqual(read({ ...HONEST, scope: 'music.read  music.control' }).scopes, ['music.read', 'music.control'])
  for (const scope of ['', ' ', null, undefined]) t.is(read({ ...HONEST, scope }).scopes, undefined)
  t.throws(() => read({ ...HONEST, scope: ['music.read'] }), { code: 'invalid_client_metadata' })
})

test('a device has nowhere to be sent back to', (t) => {
  const device = { client_id: ID, grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] }
  t.like(read(device), { redirect_uris: [], grant_types: ['device_code'] })
})

test('people are sent to where the client is, below it, to domains that are named, to their machine and its apps', (t) => {
  const good = [
    'https://app.example/any?where=1',
    'https://app.example:8443/back',
    'https://sign-in.app.example/back',
    'https://named.example/back',
    'https://below.other.example/back',
    'http://127.0.0.1:4711/back',
    'http://localhost/back',
    'com.example.app:/back',
  ]
  const domains = ['*', 'named.example', '*.other.example']
  t.deepEqual(read({ ...HONEST, redirect_uris: good }, domains).redirect_uris, good)
  const bad = ['https://evil.example/', 'https://example/', 'https://other.example/', 'https://x.named.example/']
  for (const uri of bad) {
    const redirect_uris = [...good, uri]
    t.throws(() => read({ ...HONEST, redirect_uris }, domains), { message: /sends people on to another site/ }, uri)
  }
})

test('whoever can do without a secret or a key may be known by nothing, whatever they would prefer', (t) => {
  const method = (token_endpoint_auth_method: unknown, others?: unknown) => () =>
    read({ ...HONEST, token_endpoint_auth_method, token_endpoint_auth_methods_supported: others })
  for (const one of [undefined, null, 'none']) t.notThrows(method(one))
  for (const one of ['private_key_jwt', 'tls_client_auth']) {
    t.notThrows(method(one, [one, 'none']))
    for (const others of [undefined, [], [one], 'none', { 0: 'none' }])
      t.throws(method(one, others), { message: /wants to prove itself by a key/ })
  }
  for (const one of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 7, ['none'], {}])
    t.throws(method(one, ['none']), { message: /client with a secret/ })
})

test('a secret is none in public, and neither is what says when it ends', (t) => {
  for (const change of [{ client_secret: '' }, { client_secret: null }, { client_secret_expires_at: 0 }])
    t.throws(() => read({ ...HONEST, ...change }), { message: /client with a secret/ })
})

test('the client_id is that of the address, byte for byte', (t) => {
  for (const client_id of [undefined, null, 1, [ID], `${ID}/`, ID.toUpperCase(), 'https://app.example:443/client.json'])
    t.throws(() => read({ ...HONEST, client_id }), { message: /names another client_id/ })
})

test('what nobody knows is ignored, and nothing of it is looked at', (t) => {
  const more = { logo_uri: 'javascript:alert(1)', jwks: { keys: [] }, policy_uri: 7, x: [{ y: null }] }
  t.deepEqual(read({ ...HONEST, ...more }), read(HONEST))
})
