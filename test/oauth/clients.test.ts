import test from 'ava'
import { authenticateClient, findClient } from '../../src/oauth/clients.ts'
import type { OAuthError } from '../../src/oauth/errors.ts'
import { Parameters } from '../../src/oauth/parameters.ts'
import { CLIENT, PUBLIC_CLIENT, testClients } from '../support/grants.ts'

const clients = testClients()
const { id, secret = '' } = CLIENT
const NONE = new Parameters('')
const body = (values: Record<string, string>) => new Parameters(new URLSearchParams(values).toString())
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** As RFC 6749 section 2.3.1 wants it: form-encoded first. */
const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
const basic = (name: string, password: string) => `Basic ${base64(`${encode(name)}:${encode(password)}`)}`

test('Basic credentials are form-encoded first, whatever characters the secret has', (t) => {
  t.is(authenticateClient(clients, basic(id, secret), NONE), CLIENT)
  t.is(authenticateClient(clients, basic(id, secret).replace('Basic', 'bAsIc'), NONE), CLIENT)
  t.is(authenticateClient(clients, basic(id, secret).replace(' ', '   '), NONE), CLIENT)
})

test('a colon and an ampersand in a Basic secret may also stand as they are', (t) => {
  for (const odd of ['a:b', ':', 'a&b', 'a&secret=c', '&id=phone', 'a=b', '::&&==']) {
    const known = new Map([[id, { ...CLIENT, secret: odd }]])
    t.is(authenticateClient(known, `Basic ${base64(`${id}:${odd}`)}`, NONE).id, id, odd)
    t.is(authenticateClient(known, basic(id, odd), NONE).id, id, odd)
    t.is(authenticateClient(known, undefined, body({ client_id: id, client_secret: odd })).id, id, odd)
  }
})

test('an ampersand in Basic credentials adds no parameter that would count instead', (t) => {
  const known = new Map([[id, { ...CLIENT, secret: 'right' }]])
  for (const credentials of [
    `x&id=${id}:right`,
    `${id}:wrong&secret=right`,
    `${id}&x:right`,
    `x:y&id=${id}&secret=right`,
  ]) {
    t.throws(
      () => authenticateClient(known, `Basic ${base64(credentials)}`, NONE),
      { code: 'invalid_client' },
      credentials,
    )
  }
})

test('an Authorization header that is no Basic credentials is invalid_client, even beside a right body', (t) => {
  const right = { client_id: id, client_secret: secret }
  const malformed = [
    '',
    'Basic',
    'Basic ',
    'Basic !!!!',
    'Basic =',
    `Basic ${base64(id)}`,
    `Basic ${base64(`${id}:${secret}`)}\n`,
    `Basic ${base64(`${id}:${secret}`).replace(/=*$/, '===')}`,
    `Basic ${base64(`${id}:${secret}`)}, Basic ${base64(`${id}:${secret}`)}`,
    `Bearer ${base64(`${id}:${secret}`)}`,
    base64(`${id}:${secret}`),
  ]
  for (const authorization of malformed) {
    t.throws(() => authenticateClient(clients, authorization, NONE), { code: 'invalid_client' }, authorization)
    t.throws(() => authenticateClient(clients, authorization, body(right)), { code: 'invalid_client' }, authorization)
  }
})

test('a client is known by its exact id and its exact secret only', (t) => {
  const wrong: [name: string, password: string][] = [
    [id, 'wrong'],
    [id, ''],
    [id, secret.slice(1)],
    [id, `${secret} `],
    [id, secret.toUpperCase()],
    [id.toUpperCase(), secret],
    ['nobody', secret],
    ['nobody', ''],
    ['', secret],
    ['', ''],
    ['__proto__', ''],
  ]
  for (const [name, password] of wrong) {
    t.throws(() => authenticateClient(clients, basic(name, password), NONE), { code: 'invalid_client' }, name)
    const inBody = body({ client_id: name, client_secret: password })
    t.throws(() => authenticateClient(clients, undefined, inBody), { code: 'invalid_client' }, name)
  }
  t.throws(() => authenticateClient(clients, undefined, NONE), { code: 'invalid_client' })
})

test('Basic and body that agree are one authentication, and invalid_request when they differ', (t) => {
  const right = basic(id, secret)
  t.is(authenticateClient(clients, right, body({ client_id: id, client_secret: secret })), CLIENT)
  t.is(authenticateClient(clients, right, body({ client_id: id })), CLIENT)
  t.is(authenticateClient(clients, right, body({ client_secret: secret })), CLIENT)
  const wrong: Record<string, string>[] = [
    { client_id: 'phone' },
    { client_secret: 'x' },
    { client_id: id, client_secret: 'x' },
  ]
  for (const differing of wrong) {
    t.throws(() => authenticateClient(clients, right, body(differing)), { code: 'invalid_request' })
  }
})

test('a client_id or client_secret that is there twice is invalid_request', (t) => {
  for (const twice of [`client_id=${id}&client_id=${id}`, `client_id=${id}&client_secret=a&client_secret=b`]) {
    t.throws(() => authenticateClient(clients, undefined, new Parameters(twice)), { code: 'invalid_request' })
  }
})

test('a public client has no secret, and one that sends one is not believed', (t) => {
  const { id: phone } = PUBLIC_CLIENT
  t.is(authenticateClient(clients, undefined, body({ client_id: phone })), PUBLIC_CLIENT)
  t.is(authenticateClient(clients, `Basic ${base64(`${phone}:`)}`, NONE), PUBLIC_CLIENT)
  t.throws(() => authenticateClient(clients, undefined, body({ client_id: phone, client_secret: 'x' })), {
    code: 'invalid_client',
  })
})

test('what the client is told tells nothing of who is known, and no secret is in the detail for the log', (t) => {
  const thrown = [basic('nobody', secret), basic(id, 'a-wrong-secret')].map((authorization) =>
    t.throws<OAuthError>(() => authenticateClient(clients, authorization, NONE), { code: 'invalid_client' }),
  )
  t.is(thrown[0]?.message, thrown[1]?.message)
  for (const error of thrown) t.notRegex(`${error?.message} ${error?.detail}`, /a-wrong-secret|odd%20|a:secret/)
})

test('a secret that was typed into the field of the id is not in the detail for the log, an unknown id is', (t) => {
  for (const typed of [secret, 'A'.repeat(43)]) {
    const thrown = [
      t.throws<OAuthError>(() => authenticateClient(clients, undefined, body({ client_id: typed }))),
      t.throws<OAuthError>(() => authenticateClient(clients, basic(typed, id), NONE)),
      t.throws<OAuthError>(() => findClient(clients, body({ client_id: typed }))),
    ]
    for (const error of thrown) t.is(error?.detail, 'unknown client, whose client_id looks like a secret')
  }
  const unknown = t.throws<OAuthError>(() => findClient(clients, body({ client_id: 'amazon_alexa' })))
  t.is(unknown?.detail, 'unknown client "amazon_alexa"')
})

test('a client of an authorization request is found by its exact id', (t) => {
  t.is(findClient(clients, body({ client_id: id })), CLIENT)
  for (const wrong of ['nobody', id.toUpperCase(), `${id} `, '__proto__', '']) {
    t.throws(() => findClient(clients, body({ client_id: wrong })), { code: 'invalid_request' }, wrong)
  }
})

test('a secret counts in Basic also when a client sends it as it is, without encoding it first', (t) => {
  const secret = 'a+b/c%41==x'
  const clients = new Map([[CLIENT.id, { ...CLIENT, secret }]])
  const basic = (password: string) => `Basic ${Buffer.from(`${CLIENT.id}:${password}`).toString('base64')}`
  const none = new Parameters('')
  t.is(authenticateClient(clients, basic(secret), none).id, CLIENT.id)
  t.is(authenticateClient(clients, basic(encodeURIComponent(secret)), none).id, CLIENT.id)
  t.throws(() => authenticateClient(clients, basic('a b/cA==x'), none), { message: /not valid/ })
  t.throws(() => authenticateClient(clients, basic(''), none), { message: /not valid/ })
})
