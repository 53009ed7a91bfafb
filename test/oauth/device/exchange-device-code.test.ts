import test from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { writeDecision } from '../../../src/oauth/device/device-requests.ts'
import type { Store } from '../../../src/store/store.ts'
import { openDevice } from '../../support/device.ts'
import { USER } from '../../support/grants.ts'
import { AS_CLIENT, HOME } from '../../support/server.ts'

const SCOPE = 'music.read music.control'

test('once it is approved the device gets tokens, and it is written down who got them', async (t) => {
  const { ask, outcome, approve, events, server } = await openDevice(t)
  t.is(await outcome(), 'authorization_pending')
  t.true(await approve())
  const { status, headers, json } = await ask()
  t.is(status, 200)
  t.is(headers['Cache-Control'], 'no-store')
  const { access_token, refresh_token, ...rest } = json
  t.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: SCOPE })
  t.like(await server.accessTokens.find(access_token), {
    identity: { user: { name: 'ada' }, client: 'kitchen', scopes: SCOPE.split(' ') },
  })
  t.regex(refresh_token, /^[\w-]{43}$/)
  const { grant, ...event } = events.at(-1) ?? {}
  t.like(event, { event: 'tokens_issued', user: 'ada', client: 'kitchen', scopes: SCOPE.split(' ') })
  t.regex(String(grant), /^u1\./)
})

test('a client without refresh tokens gets none', async (t) => {
  const { ask, approve, server } = await openDevice(t)
  const { find } = server.clients
  server.clients = { ...server.clients, find: async (id) => ({ ...(await find(id))!, grant_types: ['device_code'] }) }
  await approve()
  const { json } = await ask()
  t.is(json.refresh_token, undefined)
  t.truthy(json.access_token)
})

test('a device that was denied is told so each time, and nothing can be made of it', async (t) => {
  const { outcome, server, device, approve } = await openDevice(t)
  t.true(await writeDecision(server, device, undefined))
  t.false(await approve())
  t.is(await outcome(), 'access_denied')
  t.is(await outcome(), 'access_denied')
})

test('33. of 20 parallel tries of one device code, exactly one gets tokens', async (t) => {
  const { outcome, approve, store } = await openDevice(t)
  await approve()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome()))
  t.deepEqual(outcomes.sort(), ['200', ...Array(19).fill('invalid_grant')])
  for (const kind of ['grant', 'access', 'refresh'] as const) {
    t.is((await store.list(kind, '', undefined, 10)).entries.length, 1, kind)
  }
  t.is(await outcome(), 'invalid_grant')
})

test('a device code that was used stays so, up to its end', async (t) => {
  const { ask, outcome, approve, advance, server } = await openDevice(t)
  await approve()
  const { json } = await ask()
  advance(599_999)
  t.is(await outcome(), 'invalid_grant')
  advance(1)
  t.is(await outcome(), 'expired_token')
  t.truthy(await server.accessTokens.find(json.access_token), 'what it gave lives on')
})

test("35. another client's device code is worth nothing, and is not spent by it", async (t) => {
  const { outcome, approve } = await openDevice(t)
  t.is(await outcome({ client_id: 'bath' }), 'invalid_grant')
  t.is(await outcome(AS_CLIENT), 'invalid_grant')
  t.is(await outcome(), 'authorization_pending', 'others do not make the device slower')
  await approve()
  t.is(await outcome({ client_id: 'bath' }), 'invalid_grant')
  t.is(await outcome(), '200')
})

test('an unknown or malformed device code is worth nothing, and one has to be there', async (t) => {
  const { outcome } = await openDevice(t)
  for (const device_code of ['A'.repeat(43), 'x', 'A'.repeat(44), `${'A'.repeat(42)}/`]) {
    t.is(await outcome({ device_code }), 'invalid_grant', device_code)
  }
  t.is(await outcome({ device_code: '' }), 'invalid_request')
  t.is(await outcome({ device_code: ['A'.repeat(43), 'B'.repeat(43)] }), 'invalid_request')
})

test('a client with a secret has to prove who it is also here', async (t) => {
  const { ask, approve, outcome } = await openDevice(t, AS_CLIENT)
  await approve()
  t.is((await ask({ ...AS_CLIENT, client_secret: 'wrong' })).status, 401)
  t.is(await outcome(AS_CLIENT), '200')
})

test('39. whoever approved and was disabled or removed since gives nothing', async (t) => {
  const { outcome, approve, store } = await openDevice(t)
  await approve()
  for (const change of [{ disabled: true }, { id: 'u2' }]) {
    await store.put('user', USER.name, { ...USER, ...change })
    t.is(await outcome(), 'invalid_grant')
  }
  await store.delete('user', USER.name)
  t.is(await outcome(), 'invalid_grant')
  await store.put('user', USER.name, USER)
  t.is(await outcome(), '200', 'the code was not spent')
})

test('the tokens are for the resources that the device began with, or for fewer of them', async (t) => {
  const { ask, outcome, approve, server, store } = await openDevice(t, { resource: [`${HOME}/api`, `${HOME}/any`] })
  await approve()
  t.is(await outcome({ resource: HOME }), 'invalid_target')
  const { json } = await ask({ resource: `${HOME}/api` })
  t.deepEqual((await server.accessTokens.find(json.access_token))?.resources, [`${HOME}/api`])
  t.deepEqual((await store.list('grant', '', undefined, 1)).entries[0]?.value.resources, [`${HOME}/api`, `${HOME}/any`])
})

test('40. a store that fails is an error of its own, never a verdict, and spends nothing', async (t) => {
  const { ask, outcome, approve, server } = await openDevice(t)
  const fails = () => Promise.reject(new StorageError('broken'))
  const { store } = server
  const withBroken = async (...calls: (keyof Store)[]) => {
    server.store = { ...store, ...Object.fromEntries(calls.map((call) => [call, fails])) }
    await t.throwsAsync(ask(), { instanceOf: StorageError })
    server.store = store
  }
  await withBroken('get')
  await withBroken('replace')
  await approve()
  await withBroken('get')
  await withBroken('insert')
  t.is(await outcome(), '200')
})
