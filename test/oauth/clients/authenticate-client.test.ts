import test, { type ExecutionContext } from 'ava'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { authenticateClient } from '../../../src/oauth/clients/authenticate-client.ts'
import { openClients, type RegisteredClient } from '../../../src/oauth/clients/clients.ts'
import type { OAuthError } from '../../../src/oauth/oauth-error.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { CLIENT, openStores, PUBLIC_CLIENT, SECRET } from '../../support/grants.ts'

const { id } = CLIENT
const { id: phone } = PUBLIC_CLIENT
const NONE = new Parameters('')
const body = (values: Record<string, string>) => new Parameters(new URLSearchParams(values).toString())
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** As RFC 6749 section 2.3.1 wants it: form-encoded first. */
const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
const basic = (name: string, password: string) => `Basic ${base64(`${encode(name)}:${encode(password)}`)}`

const withSecret = (secret: string): RegisteredClient => ({ ...CLIENT, secretHash: hashSecret(secret) })

/** Authenticates against these clients, and a real store. */
async function open(t: ExecutionContext, ...clients: RegisteredClient[]) {
  const { store, now } = await openStores(t)
  const known = openClients(clients.length > 0 ? clients : [CLIENT, PUBLIC_CLIENT], undefined)
  return (authorization: string | undefined, parameters: Parameters) =>
    authenticateClient({ clients: known, store, now, clockDoubt: () => undefined }, authorization, parameters)
}

test('Basic credentials are form-encoded first, whatever characters the secret has', async (t) => {
  const authenticate = await open(t)
  t.is(await authenticate(basic(id, SECRET), NONE), CLIENT)
  t.is(await authenticate(basic(id, SECRET).replace('Basic', 'bAsIc'), NONE), CLIENT)
  t.is(await authenticate(basic(id, SECRET).replace(' ', '   '), NONE), CLIENT)
})

test('a colon and an ampersand in a Basic secret may also stand as they are', async (t) => {
  for (const odd of ['a:b', ':', 'a&b', 'a&secret=c', '&id=phone', 'a=b', '::&&==']) {
    const authenticate = await open(t, withSecret(odd))
    t.is((await authenticate(`Basic ${base64(`${id}:${odd}`)}`, NONE)).id, id, odd)
    t.is((await authenticate(basic(id, odd), NONE)).id, id, odd)
    t.is((await authenticate(undefined, body({ client_id: id, client_secret: odd }))).id, id, odd)
  }
})

test('a secret counts in Basic also when a client sends it as it is, without encoding it first', async (t) => {
  const secret = 'a+b/c%41==x'
  const authenticate = await open(t, withSecret(secret))
  const asItIs = (password: string) => `Basic ${base64(`${id}:${password}`)}`
  t.is((await authenticate(asItIs(secret), NONE)).id, id)
  t.is((await authenticate(asItIs(encodeURIComponent(secret)), NONE)).id, id)
  await t.throwsAsync(authenticate(asItIs('a b/cA==x'), NONE), { message: /not valid/ })
  await t.throwsAsync(authenticate(asItIs(''), NONE), { message: /not valid/ })
})

test('an ampersand in Basic credentials adds no parameter that would count instead', async (t) => {
  const authenticate = await open(t, withSecret('right'))
  const added = [`x&id=${id}:right`, `${id}:wrong&secret=right`, `${id}&x:right`, `x:y&id=${id}&secret=right`]
  for (const credentials of added) {
    const refused = authenticate(`Basic ${base64(credentials)}`, NONE)
    await t.throwsAsync(refused, { code: 'invalid_client' }, credentials)
  }
})

test('an Authorization header that is no Basic credentials is invalid_client, even beside a right body', async (t) => {
  const authenticate = await open(t)
  const right = { client_id: id, client_secret: SECRET }
  const credentials = base64(`${id}:${SECRET}`)
  const malformed = [
    '',
    'Basic',
    'Basic ',
    'Basic !!!!',
    'Basic =',
    `Basic ${base64(id)}`,
    `Basic ${credentials}\n`,
    `Basic ${credentials.replace(/=*$/, '===')}`,
    `Basic ${credentials}, Basic ${credentials}`,
    `Bearer ${credentials}`,
    credentials,
  ]
  for (const authorization of malformed) {
    await t.throwsAsync(authenticate(authorization, NONE), { code: 'invalid_client' }, authorization)
    await t.throwsAsync(authenticate(authorization, body(right)), { code: 'invalid_client' }, authorization)
  }
})

test('a client is known by its exact id and its exact secret only', async (t) => {
  const authenticate = await open(t)
  const wrong: [name: string, password: string][] = [
    [id, 'wrong'],
    [id, ''],
    [id, SECRET.slice(1)],
    [id, `${SECRET} `],
    [id, SECRET.toUpperCase()],
    [id, hashSecret(SECRET)],
    [id.toUpperCase(), SECRET],
    ['nobody', SECRET],
    ['nobody', ''],
    ['', SECRET],
    ['', ''],
    ['__proto__', ''],
  ]
  for (const [name, password] of wrong) {
    await t.throwsAsync(authenticate(basic(name, password), NONE), { code: 'invalid_client' }, name)
    const inBody = body({ client_id: name, client_secret: password })
    await t.throwsAsync(authenticate(undefined, inBody), { code: 'invalid_client' }, name)
  }
  await t.throwsAsync(authenticate(undefined, NONE), { code: 'invalid_client' })
})

test('Basic and body that agree are one authentication, and invalid_request when they differ', async (t) => {
  const authenticate = await open(t)
  const right = basic(id, SECRET)
  const agreeing: Record<string, string>[] = [
    { client_id: id, client_secret: SECRET },
    { client_id: id },
    { client_secret: SECRET },
  ]
  for (const same of agreeing) t.is(await authenticate(right, body(same)), CLIENT)
  const wrong: Record<string, string>[] = [
    { client_id: 'phone' },
    { client_secret: 'x' },
    { client_id: id, client_secret: 'x' },
  ]
  for (const differing of wrong) {
    await t.throwsAsync(authenticate(right, body(differing)), { code: 'invalid_request' })
  }
})

test('a client_id or client_secret that is there twice is invalid_request', async (t) => {
  const authenticate = await open(t)
  for (const twice of [`client_id=${id}&client_id=${id}`, `client_id=${id}&client_secret=a&client_secret=b`]) {
    await t.throwsAsync(authenticate(undefined, new Parameters(twice)), { code: 'invalid_request' })
  }
})

test('a public client has no secret, and one that sends one is not believed', async (t) => {
  const authenticate = await open(t)
  t.is(await authenticate(undefined, body({ client_id: phone })), PUBLIC_CLIENT)
  t.is(await authenticate(`Basic ${base64(`${phone}:`)}`, NONE), PUBLIC_CLIENT)
  for (const secret of ['x', SECRET, ' ']) {
    const refused = authenticate(undefined, body({ client_id: phone, client_secret: secret }))
    await t.throwsAsync(refused, { code: 'invalid_client' })
    await t.throwsAsync(authenticate(basic(phone, secret), NONE), { code: 'invalid_client' })
  }
})

test('a confidential client whose secret is not known here authenticates with nothing at all', async (t) => {
  const authenticate = await open(t, { ...CLIENT, secretHash: undefined })
  for (const secret of ['', 'undefined', SECRET]) {
    await t.throwsAsync(authenticate(basic(id, secret), NONE), { code: 'invalid_client' })
  }
  await t.throwsAsync(authenticate(undefined, body({ client_id: id })), { code: 'invalid_client' })
})

test('what the client is told tells nothing of who is known, and no secret is in the detail for the log', async (t) => {
  const authenticate = await open(t)
  const thrown = []
  for (const authorization of [basic('nobody', SECRET), basic(id, 'a-wrong-secret')]) {
    thrown.push(await t.throwsAsync<OAuthError>(authenticate(authorization, NONE), { code: 'invalid_client' }))
  }
  t.is(thrown[0]?.message, thrown[1]?.message)
  for (const error of thrown) t.notRegex(`${error?.message} ${error?.detail}`, /a-wrong-secret|odd%20|a:secret/)
})

test('a secret that was typed into the field of the id is not in the detail for the log', async (t) => {
  const authenticate = await open(t)
  for (const typed of [SECRET, 'A'.repeat(43)]) {
    for (const asked of [authenticate(undefined, body({ client_id: typed })), authenticate(basic(typed, id), NONE)]) {
      const error = await t.throwsAsync<OAuthError>(asked)
      t.is(error?.detail, 'unknown client, whose client_id looks like a secret')
    }
  }
})

for (const [only, other] of [
  ['client_secret_basic', 'client_secret_post'],
  ['client_secret_post', 'client_secret_basic'],
] as const) {
  test(`a client that may authenticate by ${only} only is refused with ${other}, right secret or not`, async (t) => {
    const client: RegisteredClient = { ...CLIENT, auth_methods: [only] }
    const authenticate = await open(t, client)
    const ways = {
      client_secret_basic: (secret: string) => authenticate(basic(id, secret), NONE),
      client_secret_post: (secret: string) => authenticate(undefined, body({ client_id: id, client_secret: secret })),
    }
    t.is(await ways[only](SECRET), client)
    const refused = await t.throwsAsync<OAuthError>(ways[other](SECRET), { code: 'invalid_client' })
    t.is(refused?.message, `This client has to authenticate by ${only}.`)
    t.is(refused?.detail, `client ${id} used ${other}`)
    const wrong = await t.throwsAsync<OAuthError>(ways[other]('wrong'), { code: 'invalid_client' })
    t.is(wrong?.message, 'The client credentials are not valid.', 'a stranger does not learn how')
  })
}
