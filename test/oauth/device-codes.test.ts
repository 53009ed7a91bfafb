import test, { type ExecutionContext } from 'ava'
import { handleDeviceAuthorization } from '../../src/oauth/device-authorization.ts'
import { decide, findWaiting } from '../../src/oauth/device-requests.ts'
import { handleToken } from '../../src/oauth/token.ts'
import { hashSecret } from '../../src/store/secrets.ts'
import { StorageError, type Store } from '../../src/store/store.ts'
import { DEVICE_GRANT, KITCHEN } from '../support/device.ts'
import { CLIENT, USER } from '../support/grants.ts'
import { AS_CLIENT, HOME, openServer, postForm } from '../support/server.ts'

const SCOPE = 'music.read music.control'

/** A device that has begun, and what it and the person do next. */
async function open(t: ExecutionContext, form: Record<string, string | string[]> = {}) {
  const { id, secretHash, auth_methods } = CLIENT
  const confidential = { ...KITCHEN, id, public: false, secretHash, auth_methods }
  const house = await openServer(t, [KITCHEN, { ...KITCHEN, id: 'bath' }, confidential])
  const { server } = house
  const begin = { client_id: 'kitchen', scope: SCOPE, ...form }
  const { device_code } = (await postForm(server, handleDeviceAuthorization, begin)).json
  const device = hashSecret(device_code)
  const ask = (more: Parameters<typeof postForm>[2] = {}) =>
    postForm(server, handleToken, { grant_type: DEVICE_GRANT, client_id: 'kitchen', device_code, ...more })
  const refusal = async (more?: Parameters<typeof postForm>[2]) => {
    const { status, json } = await ask(more)
    return status === 400 ? json.error : `${status}`
  }
  return { ...house, device, ask, refusal, approve: () => decide(server, device, USER) }
}

test('until somebody answers the device is told to ask again', async (t) => {
  const { refusal, advance } = await open(t)
  for (let time = 0; time < 3; time++) {
    t.is(await refusal(), 'authorization_pending')
    advance(5000)
  }
})

test('once it is approved the device gets tokens, and it is written down who got them', async (t) => {
  const { ask, refusal, approve, events, server } = await open(t)
  t.is(await refusal(), 'authorization_pending')
  t.true(await approve())
  const { status, headers, json } = await ask()
  t.is(status, 200)
  t.is(headers['Cache-Control'], 'no-store')
  const { access_token, refresh_token, ...rest } = json
  t.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: SCOPE })
  t.like(await server.accessTokens.find(access_token), {
    userName: 'ada',
    clientId: 'kitchen',
    scopes: SCOPE.split(' '),
  })
  t.regex(refresh_token, /^[\w-]{43}$/)
  const { grant, ...event } = events.at(-1) ?? {}
  t.like(event, { event: 'tokens_issued', user: 'ada', client: 'kitchen', scopes: SCOPE.split(' ') })
  t.regex(String(grant), /^u1\./)
})

test('a client without refresh tokens gets none', async (t) => {
  const { ask, approve, server } = await open(t)
  const { find } = server.clients
  server.clients = { ...server.clients, find: async (id) => ({ ...(await find(id))!, grant_types: ['device_code'] }) }
  await approve()
  const { json } = await ask()
  t.is(json.refresh_token, undefined)
  t.truthy(json.access_token)
})

test('a device that asks too early has to wait five seconds longer each time', async (t) => {
  const { refusal, advance } = await open(t)
  t.is(await refusal(), 'authorization_pending')
  advance(4999)
  t.is(await refusal(), 'slow_down')
  advance(9999)
  t.is(await refusal(), 'slow_down')
  advance(14_999)
  t.is(await refusal(), 'slow_down')
  advance(20_000)
  t.is(await refusal(), 'authorization_pending')
  advance(19_999)
  t.is(await refusal(), 'slow_down')
})

test('of questions at the same time one is in time, and each of the others makes the device slower', async (t) => {
  const { refusal, store, device } = await open(t)
  const refusals = await Promise.all(Array.from({ length: 5 }, () => refusal()))
  t.deepEqual(refusals.sort(), ['authorization_pending', ...Array(4).fill('slow_down')])
  t.is((await store.get('device', device))?.interval, 25_000)
})

test('an answer that is there is given at once, also to a device that asks too early', async (t) => {
  const { refusal, approve, advance } = await open(t)
  t.is(await refusal(), 'authorization_pending')
  advance(1)
  await approve()
  t.is(await refusal(), '200')
})

test('an answer that comes while the device asks is not lost, and neither is its question', async (t) => {
  const { approve, ask, store, device } = await open(t)
  const both = await Promise.all([ask(), approve(), ask(), ask()])
  t.true(both[1])
  t.like((await store.get('device', device))?.decision, { approved: true })
  const last = await ask()
  t.is([both[0], both[2], both[3], last].filter(({ status }) => status === 200).length, 1)
})

test('a device code works until its 600 seconds are over, and then the device is told so', async (t) => {
  const { refusal, advance } = await open(t)
  advance(599_999)
  t.is(await refusal(), 'authorization_pending')
  advance(1)
  t.is(await refusal(), 'expired_token')
  advance(599_999)
  t.is(await refusal(), 'expired_token')
  advance(1)
  t.is(await refusal(), 'invalid_grant')
})

test('approved, but fetched too late, it gives nothing', async (t) => {
  const { refusal, approve, advance, store } = await open(t)
  await approve()
  advance(600_000)
  t.is(await refusal(), 'expired_token')
  t.deepEqual((await store.list('grant', '', undefined, 1)).entries, [])
})

test('a device that was denied is told so each time, and nothing can be made of it', async (t) => {
  const { refusal, server, device, approve } = await open(t)
  t.true(await decide(server, device, undefined))
  t.false(await approve())
  t.is(await refusal(), 'access_denied')
  t.is(await refusal(), 'access_denied')
})

test('of many answers one counts', async (t) => {
  const { server, device, approve, refusal } = await open(t)
  const decided = await Promise.all([approve(), decide(server, device, undefined), approve()])
  t.deepEqual(decided.toSorted(), [false, false, true])
  t.is(await refusal(), decided[1] ? 'access_denied' : '200')
})

test('nothing is to be decided about a device whose time is over', async (t) => {
  const { server, device, approve, advance } = await open(t)
  advance(599_999)
  t.truthy(await findWaiting(server, device))
  advance(1)
  t.is(await findWaiting(server, device), undefined)
  t.false(await approve())
  t.is(await findWaiting(server, 'nonsense'), undefined)
})

test('33. of 20 parallel tries of one device code, exactly one gets tokens', async (t) => {
  const { refusal, approve, store } = await open(t)
  await approve()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => refusal()))
  t.deepEqual(outcomes.sort(), ['200', ...Array(19).fill('invalid_grant')])
  for (const kind of ['grant', 'access', 'refresh'] as const) {
    t.is((await store.list(kind, '', undefined, 10)).entries.length, 1, kind)
  }
  t.is(await refusal(), 'invalid_grant')
})

test('a device code that was used stays so, up to its end', async (t) => {
  const { ask, refusal, approve, advance, server } = await open(t)
  await approve()
  const { json } = await ask()
  advance(599_999)
  t.is(await refusal(), 'invalid_grant')
  advance(1)
  t.is(await refusal(), 'expired_token')
  t.truthy(await server.accessTokens.find(json.access_token), 'what it gave lives on')
})

test("35. another client's device code is worth nothing, and is not spent by it", async (t) => {
  const { refusal, approve } = await open(t)
  t.is(await refusal({ client_id: 'bath' }), 'invalid_grant')
  t.is(await refusal(AS_CLIENT), 'invalid_grant')
  t.is(await refusal(), 'authorization_pending', 'others do not make the device slower')
  await approve()
  t.is(await refusal({ client_id: 'bath' }), 'invalid_grant')
  t.is(await refusal(), '200')
})

test('an unknown or malformed device code is worth nothing, and one has to be there', async (t) => {
  const { refusal } = await open(t)
  for (const device_code of ['A'.repeat(43), 'x', 'A'.repeat(44), `${'A'.repeat(42)}/`]) {
    t.is(await refusal({ device_code }), 'invalid_grant', device_code)
  }
  t.is(await refusal({ device_code: '' }), 'invalid_request')
  t.is(await refusal({ device_code: ['A'.repeat(43), 'B'.repeat(43)] }), 'invalid_request')
})

test('a client with a secret has to prove who it is also here', async (t) => {
  const { ask, approve, refusal } = await open(t, AS_CLIENT)
  await approve()
  t.is((await ask({ ...AS_CLIENT, client_secret: 'wrong' })).status, 401)
  t.is(await refusal(AS_CLIENT), '200')
})

test('39. whoever approved and was disabled or removed since gives nothing', async (t) => {
  const { refusal, approve, store } = await open(t)
  await approve()
  for (const change of [{ disabled: true }, { id: 'u2' }]) {
    await store.put('user', USER.name, { ...USER, ...change })
    t.is(await refusal(), 'invalid_grant')
  }
  await store.delete('user', USER.name)
  t.is(await refusal(), 'invalid_grant')
  await store.put('user', USER.name, USER)
  t.is(await refusal(), '200', 'the code was not spent')
})

test('the tokens are for the resources that the device began with, or for fewer of them', async (t) => {
  const { ask, refusal, approve, server, store } = await open(t, { resource: [`${HOME}/api`, `${HOME}/any`] })
  await approve()
  t.is(await refusal({ resource: HOME }), 'invalid_target')
  const { json } = await ask({ resource: `${HOME}/api` })
  t.deepEqual((await server.accessTokens.find(json.access_token))?.resources, [`${HOME}/api`])
  t.deepEqual((await store.list('grant', '', undefined, 1)).entries[0]?.value.resources, [`${HOME}/api`, `${HOME}/any`])
})

test('40. a store that fails is an error of its own, never a verdict, and spends nothing', async (t) => {
  const { ask, refusal, approve, server } = await open(t)
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
  t.is(await refusal(), '200')
})
