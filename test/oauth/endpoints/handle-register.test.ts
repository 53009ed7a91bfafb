import test, { type ExecutionContext } from 'ava'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { authenticateClient } from '../../../src/oauth/clients/authenticate-client.ts'
import { openClients } from '../../../src/oauth/clients/clients.ts'
import { openRegistrationWindow } from '../../../src/oauth/clients/registered/registration-window.ts'
import type { Registration } from '../../../src/oauth/endpoints/handle-register.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { callEndpoint, openServer } from '../../support/server.ts'

const TOKEN = 'the initial access token of this house'
const SCOPES = ['music.read', 'music.control']
const BACK = 'https://app.example/back'
const LIFETIMES = { code: 300, access_token: 3600, refresh_token: 7_776_000, refresh_grace: 60 }

async function openRegistration(t: ExecutionContext) {
  const { server, store, now, advance, events } = await openServer(t, [])
  const registration = { tokenHash: hashSecret(TOKEN), open: false, scopes: ['music.read', 'music.control'] }
  const clients = openClients([], { store, lifetimes: LIFETIMES, scopes: SCOPES, withToken: true })
  const asked = { query: '', address: '192.0.2.1' }
  /** @param bytes of the body. */
  async function send(bytes: string | Buffer, headers: Record<string, string> = {}) {
    const authorization = `Bearer ${TOKEN}`
    const answer = await callEndpoint({ ...server, registration }, 'POST', 'register', {
      ...asked,
      headers: { 'content-type': 'application/json', authorization, ...headers },
      readBody: async () => Buffer.from(bytes as string).toString('latin1'),
    })
    return { ...answer, json: JSON.parse(answer.body) }
  }
  const register = (metadata: object = {}) => send(JSON.stringify({ redirect_uris: [BACK], ...metadata }))
  const authenticate = (form: Record<string, string>) =>
    authenticateClient(
      { clients, store, now, clockDoubt: () => undefined },
      undefined,
      new Parameters(new URLSearchParams(form).toString()),
    )
  return { send, register, authenticate, clients, store, now, advance, events, server, registration, asked }
}

test('a client that can keep no secret registers, is told all that was registered, and is known from then on', async (t) => {
  const { register, authenticate, clients, now } = await openRegistration(t)
  const asked = { token_endpoint_auth_method: 'none', client_name: 'Müsik', scope: 'music.read', jwks_uri: 'x' }
  const grant_types = ['authorization_code', 'refresh_token']
  const { status, headers, json } = await register({ ...asked, grant_types })
  t.is(status, 201)
  t.is(headers['Cache-Control'], 'no-store')
  const { client_id, client_id_issued_at, ...rest } = json
  t.regex(client_id, /^app-[0-9a-f]{24}$/)
  t.is(client_id_issued_at, Math.floor(now() / 1000))
  t.deepEqual(rest, {
    redirect_uris: [BACK],
    token_endpoint_auth_method: 'none',
    grant_types,
    response_types: ['code'],
    client_name: 'Müsik',
    scope: 'music.read',
  })
  t.is((await authenticate({ client_id })).id, client_id)
  const { public: isPublic, pkce, refresh, selfRegistered, name, scopes } = (await clients.find(client_id))!
  t.deepEqual(
    { isPublic, pkce, refresh, selfRegistered, name, scopes },
    {
      isPublic: true,
      pkce: 'required',
      refresh: 'rotate',
      selfRegistered: true,
      name: 'Müsik',
      scopes: ['music.read'],
    },
  )
})

test('a client with a secret gets one that never expires, of which only the hash is kept, for the one way that it chose', async (t) => {
  const { register, authenticate, store } = await openRegistration(t)
  const { client_id, client_secret, ...rest } = (await register({ token_endpoint_auth_method: 'client_secret_post' }))
    .json
  t.regex(client_secret, /^[A-Za-z0-9_-]{43}$/)
  t.is(rest.client_secret_expires_at, 0)
  t.false('client_name' in rest)
  t.is((await authenticate({ client_id, client_secret })).id, client_id)
  await t.throwsAsync(authenticate({ client_id, client_secret: `${client_secret}x` }), { code: 'invalid_client' })
  await t.throwsAsync(authenticate({ client_id }), { code: 'invalid_client' })
  const record = await store.get('client', client_id)
  t.is(record?.secretHash, hashSecret(client_secret))
  t.is(record?.name, client_id)
  t.false(JSON.stringify(record).includes(client_secret))

  const basic = (await register()).json
  const { client_id: other, client_secret: secret } = basic
  const inBody = authenticate({ client_id: other, client_secret: secret })
  await t.throwsAsync(inBody, { code: 'invalid_client', message: /authenticate by client_secret_basic/ })
})

test('without the initial access token nothing is registered, nor read', async (t) => {
  const { server, registration, asked, store, events } = await openRegistration(t)
  const readBody = () => Promise.reject(new Error('was read'))
  const wrong = ['', 'Bearer', 'Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`, TOKEN]
  for (const authorization of [undefined, ...wrong]) {
    const headers = { 'content-type': 'application/json', authorization }
    const answer = await callEndpoint({ ...server, registration }, 'POST', 'register', { ...asked, headers, readBody })
    t.is(answer.status, 401, authorization)
    t.is(JSON.parse(answer.body).error, 'invalid_token')
    const challenge = String(answer.headers['WWW-Authenticate'])
    t.regex(
      challenge,
      authorization === undefined ? /^Bearer realm="skillgate"$/ : /^Bearer .*, error="invalid_token", /,
    )
  }
  t.deepEqual((await store.list('client', '', undefined, 10)).entries, [])
  t.is(events.length, 8)
  t.deepEqual(events[4] as object, {
    event: 'client_refused',
    address: '192.0.2.1',
    detail: 'not registered: wrong initial access token',
  })
})

test('the scheme of the initial access token is read in any case', async (t) => {
  const { send } = await openRegistration(t)
  const body = JSON.stringify({ redirect_uris: [BACK] })
  for (const scheme of ['bearer', 'BEARER ']) {
    t.is((await send(body, { authorization: `${scheme} ${TOKEN}` })).status, 201)
  }
})

test('what is no JSON object in UTF-8 is refused', async (t) => {
  const { send } = await openRegistration(t)
  const wrong: (string | Buffer)[] = [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '1',
    '{}{}',
    '['.repeat(16_000),
    Buffer.from('7b22ff223a317d', 'hex'),
  ]
  for (const body of wrong) {
    const { status, json } = await send(body)
    t.deepEqual([status, json.error], [400, 'invalid_client_metadata'], String(body).slice(0, 20))
  }
  const good = JSON.stringify({ redirect_uris: [BACK] })
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', '', 'application/jsonx']) {
    t.is((await send(good, { 'content-type': type })).json.error_description, 'The body has to be application/json.')
  }
  t.is((await send(good, { 'content-type': 'Application/JSON; charset=utf-8' })).status, 201)
})

test('what cannot be registered is refused under its own code, without what was sent', async (t) => {
  const { register, store } = await openRegistration(t)
  const answers = [await register({ redirect_uris: ['http://evil.example/'] }), await register({ scope: 'admin' })]
  t.deepEqual(
    answers.map(({ status, json }) => [status, json.error]),
    [
      [400, 'invalid_redirect_uri'],
      [400, 'invalid_client_metadata'],
    ],
  )
  t.notRegex(answers[0]!.body, /evil/)
  t.regex(answers[0]!.detail!, /evil/)
  t.deepEqual((await store.list('client', '', undefined, 10)).entries, [])
})

test('a registration is written down, with what the client calls itself', async (t) => {
  const { register, events } = await openRegistration(t)
  const { client_id } = (await register({ client_name: 'Amazon Alexa', token_endpoint_auth_method: 'none' })).json
  t.deepEqual(events as object[], [
    {
      event: 'client_registered',
      address: '192.0.2.1',
      client: client_id,
      scopes: ['music.read', 'music.control'],
      detail: `Amazon Alexa: ${BACK}`,
    },
  ])
})

test('where too many have registered, another one is told when to come back', async (t) => {
  const { register, store } = await openRegistration(t)
  await register()
  const [first] = (await store.list('client', '', undefined, 1)).entries
  for (let i = 1; i < 100; i++) await store.put('client', `app-${i}`, first!.value)
  const { status, json, headers } = await register()
  t.deepEqual([status, json.error, headers['Retry-After']], [429, 'too_many_requests', '3600'])
})

test('a device that registers may ask for codes of its own, and sends nobody anywhere', async (t) => {
  const { register, clients } = await openRegistration(t)
  const device = 'urn:ietf:params:oauth:grant-type:device_code'
  const { json } = await register({ token_endpoint_auth_method: 'none', grant_types: [device] })
  t.deepEqual([json.grant_types, json.redirect_uris, json.response_types], [[device], [], []])
  const { grant_types, redirect_uris } = (await clients.find(json.client_id))!
  t.deepEqual({ grant_types, redirect_uris } as object, { grant_types: ['device_code'], redirect_uris: [] })
})

/** What a client sends that has nothing but the address. */
async function openToAll(t: ExecutionContext, change: Partial<Registration> = {}) {
  const house = await openRegistration(t)
  const registration = { tokenHash: undefined, open: false, scopes: SCOPES, ...change }
  const body = { redirect_uris: [BACK], token_endpoint_auth_method: 'none' }
  async function send(address: string | undefined, authorization?: string, metadata: object = body) {
    const answer = await callEndpoint({ ...house.server, registration }, 'POST', 'register', {
      query: '',
      address,
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
      readBody: async () => JSON.stringify(metadata),
    })
    return { ...answer, json: JSON.parse(answer.body) }
  }
  const come = (address = '192.0.2.1', ...more: [authorization?: string, metadata?: object]) => send(address, ...more)
  return { ...house, come, nowhere: () => send(undefined) }
}

test('while the owner allows it for a while, any client registers; before and after it is told what the owner can do', async (t) => {
  const { come, store, now, advance, events } = await openToAll(t)
  const refused = async () => {
    const { status, json, headers } = await come()
    t.deepEqual([status, json.error, headers['WWW-Authenticate']], [403, 'registration_closed', undefined])
    t.regex(json.error_description, /Whoever runs this server can .*: skillgate client allow --for 10m$/)
  }
  await refused()
  await openRegistrationWindow(store, now(), 600_000)
  const { status, json } = await come()
  t.is(status, 201)
  const record = await store.get('client', json.client_id)
  t.true(record?.openly)
  t.is(record?.expiresAt, now() + 86_400_000)
  t.notRegex(JSON.stringify(record), /192\.0\.2/)
  advance(600_000)
  await refused()
  t.deepEqual(
    events.map(({ event }) => event),
    ['client_refused', 'client_registered', 'client_refused'],
  )
  t.regex(events[1]!.detail!, /^without a token, /)
})

test('whoever let clients register finds in the audit why one was refused', async (t) => {
  const { come, events } = await openToAll(t, { open: true })
  t.is((await come('192.0.2.1', undefined, { redirect_uris: [BACK], scope: 'tools' })).status, 400)
  t.is((await come('192.0.2.1', undefined, { redirect_uris: ['http://app.example/back'] })).status, 400)
  const [scope, uri] = events
  t.deepEqual([scope!.event, scope!.address, uri!.event], ['client_refused', '192.0.2.1', 'client_refused'])
  t.regex(scope!.detail!, /^not registered: The scope has to include one of: /)
  t.regex(uri!.detail!, /^not registered: /)
})

test('where nobody may register, nothing that was sent is read', async (t) => {
  const { server } = await openRegistration(t)
  const registration = { tokenHash: undefined, open: false, scopes: SCOPES }
  const readBody = () => Promise.reject(new Error('was read'))
  const answer = await callEndpoint({ ...server, registration }, 'POST', 'register', { readBody })
  t.is(answer.status, 403)
})

test('while any client may register, one with the token still stays, and one with a wrong token is refused', async (t) => {
  const { come, store } = await openToAll(t, { open: true, tokenHash: hashSecret(TOKEN) })
  const { json } = await come(undefined, `Bearer ${TOKEN}`)
  const { openly, expiresAt } = (await store.get('client', json.client_id))!
  t.deepEqual([openly, expiresAt], [undefined, undefined])
  t.is((await come(undefined, `Bearer ${TOKEN}x`)).status, 401)
  t.is((await come()).status, 201)
})

test('from one address ten register within an hour, and from another one more', async (t) => {
  const { come, advance } = await openToAll(t, { open: true })
  for (let i = 0; i < 10; i++) t.is((await come()).status, 201)
  const { status, json, headers } = await come()
  t.deepEqual([status, json.error, headers['Retry-After']], [429, 'too_many_requests', '3600'])
  t.is((await come('198.51.100.7')).status, 201)
  advance(3_600_000 - 1)
  t.is((await come()).status, 429)
  advance(1)
  t.is((await come()).status, 201)
})

test('one that registers what cannot be uses up nothing', async (t) => {
  const { come } = await openToAll(t, { open: true })
  for (let i = 0; i < 11; i++) t.is((await come(undefined, undefined, {})).status, 400)
  t.is((await come()).status, 201)
})

test('from everywhere a hundred register within an hour, forty of them from where none did before, whatever proxies tell', async (t) => {
  const { come, nowhere, store } = await openToAll(t, { open: true })
  for (let i = 0; i < 60; i++) t.is((await nowhere()).status, 201)
  t.is((await nowhere()).status, 429)
  for (let i = 0; i < 40; i++) t.is((await come(`198.51.100.${i}`)).status, 201)
  t.is((await come('203.0.113.1')).status, 429)
  const { entries } = await store.list('client', '', undefined, 200)
  t.is(entries.length, 100, 'none of them pushed another out')
})

test('those with the token are not counted with strangers', async (t) => {
  const { come, nowhere } = await openToAll(t, { open: true, tokenHash: hashSecret(TOKEN) })
  for (let i = 0; i < 61; i++) await nowhere()
  for (let i = 0; i < 12; i++) t.is((await come('192.0.2.9', `Bearer ${TOKEN}`)).status, 201)
})
