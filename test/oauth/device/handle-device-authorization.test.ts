import { randomBytes } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { handleDeviceAuthorization } from '../../../src/oauth/device/handle-device-authorization.ts'
import { readUserCode } from '../../../src/oauth/device/user-code.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { KITCHEN } from '../../support/device.ts'
import { CLIENT } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, HOME, openServer, postForm } from '../../support/server.ts'

const TV = { ...CLIENT, id: 'tv', grant_types: ['device_code' as const] }
const AS_KITCHEN = { client_id: 'kitchen' }
const AS_TV = { ...AS_CLIENT, client_id: 'tv' }

async function open(t: ExecutionContext) {
  const house = await openServer(t, [CLIENT, { ...KITCHEN, id: 'phone', grant_types: ['refresh_token'] }, KITCHEN, TV])
  house.server.defaultScopes = ['music.read', 'user:read']
  const begin = (form: Parameters<typeof postForm>[2], address?: string) =>
    postForm(house.server, handleDeviceAuthorization, form, {}, address)
  const devices = async () => (await house.store.list('device', '', undefined, 1000)).entries
  return { ...house, begin, devices }
}

test('a device gets two codes, where to type the short one, and how long and how often it may ask', async (t) => {
  const { begin, devices, now } = await open(t)
  const { status, headers, json } = await begin(AS_KITCHEN)
  t.is(status, 200)
  t.is(headers['Cache-Control'], 'no-store')
  const { device_code, user_code, ...rest } = json
  t.regex(device_code, /^[\w-]{43}$/)
  t.regex(user_code, /^[A-Z]{4}-[A-Z]{4}$/)
  t.deepEqual(rest, {
    verification_uri: `${HOME}/alexa/device`,
    verification_uri_complete: `${HOME}/alexa/device?user_code=${user_code}`,
    expires_in: 600,
    interval: 5,
  })
  const again = (await begin(AS_KITCHEN)).json
  t.not(again.device_code, device_code)
  t.not(again.user_code, user_code)
  t.deepEqual((await devices()).map(({ id }) => id).sort(), [device_code, again.device_code].map(hashSecret).sort())
  for (const { value } of await devices()) t.is(value.expiresAt, now() + 600_000)
})

test('only the hashes of the codes are kept', async (t) => {
  const { begin, devices, store } = await open(t)
  const { device_code, user_code } = (await begin(AS_KITCHEN)).json
  const codes = (await store.list('user-code', '', undefined, 10)).entries
  t.deepEqual(codes, [{ id: hashSecret(readUserCode(user_code) ?? ''), value: { device: hashSecret(device_code) } }])
  const stored = JSON.stringify([await devices(), codes])
  for (const secret of [device_code, user_code, readUserCode(user_code) ?? '']) t.false(stored.includes(secret))
})

test('a client with a secret has to prove who it is, as at the token endpoint', async (t) => {
  const { begin, devices, events } = await open(t)
  for (const form of [{ client_id: 'tv' }, { ...AS_CLIENT, client_id: 'tv', client_secret: 'wrong' }, {}]) {
    const { status, json } = await begin(form)
    t.is(status, 401)
    t.is(json.error, 'invalid_client')
  }
  t.is(events.length, 3)
  t.deepEqual(await devices(), [])
  t.is((await begin(AS_TV)).status, 200)
})

test('a client that may not use device codes gets none', async (t) => {
  const { begin, devices } = await open(t)
  for (const form of [AS_CLIENT, AS_PHONE]) {
    const { status, json } = await begin(form)
    t.is(status, 400)
    t.is(json.error, 'unauthorized_client')
  }
  t.deepEqual(await devices(), [])
})

test('a device asks for scopes as an app does: what it may have, or the default ones of these', async (t) => {
  const { begin, devices, server } = await open(t)
  await begin({ ...AS_KITCHEN, scope: 'music.control music.read music.control' })
  t.deepEqual((await devices())[0]?.value.scopes, ['music.control', 'music.read'])
  t.is((await begin({ ...AS_KITCHEN, scope: 'openid' })).json.error, 'invalid_scope')
  server.defaultScopes = ['user:read']
  t.is((await begin(AS_KITCHEN)).json.error, 'invalid_scope')
  t.is((await devices()).length, 1)
})

test('what a device may not have of what it asks for is left out', async (t) => {
  const { begin, devices } = await open(t)
  t.is((await begin({ ...AS_KITCHEN, scope: 'openid  music.control admin ' })).status, 200)
  t.deepEqual((await devices())[0]?.value.scopes, ['music.control'])
})

test('without a scope it is the default ones that the client may have', async (t) => {
  const { begin, devices } = await open(t)
  await begin(AS_KITCHEN)
  t.deepEqual((await devices())[0]?.value.scopes, ['music.read'])
})

test('a device may name the resources that it asks for, each of which is served here', async (t) => {
  const { begin, devices } = await open(t)
  t.is((await begin({ ...AS_KITCHEN, resource: `${HOME}/elsewhere` })).json.error, 'invalid_target')
  t.deepEqual(await devices(), [])
  await begin({ ...AS_KITCHEN, resource: [`${HOME}/api`, `${HOME}/any`] })
  t.deepEqual((await devices())[0]?.value.resources, [`${HOME}/api`, `${HOME}/any`])
})

test('any other parameter twice is refused', async (t) => {
  const { begin } = await open(t)
  t.is((await begin({ ...AS_KITCHEN, scope: ['music.read', 'music.control'] })).json.error, 'invalid_request')
})

test('nobody fills the disk: the 31st beginning of an address waits until the first is ten minutes old', async (t) => {
  const { begin, advance } = await open(t)
  await begin(AS_KITCHEN)
  advance(540_000)
  const answers = await Promise.all(Array.from({ length: 29 }, () => begin(AS_KITCHEN)))
  t.true(answers.every(({ status }) => status === 200))
  const { status, headers, json } = await begin(AS_KITCHEN)
  t.is(status, 429)
  t.is(json.error, 'too_many_requests')
  t.is(headers['Retry-After'], '60')
  t.is((await begin(AS_TV)).status, 200, 'a client with a secret is known')
  advance(60_000)
  t.is((await begin(AS_KITCHEN)).status, 200)
})

/** How many of so many devices that begin at once, each from its own address, may. */
async function countBegun(house: Awaited<ReturnType<typeof open>>, times: number, addressOf: (i: number) => string) {
  const answers = []
  // Of more at once each would look at its row again and again.
  for (let i = 0; i < times; i += 20) {
    const batch = Array.from({ length: Math.min(20, times - i) }, (_, j) => house.begin(AS_KITCHEN, addressOf(i + j)))
    answers.push(...(await Promise.all(batch)))
  }
  return answers.filter(({ status }) => status === 200).length
}

test('60. of an IPv6 /56 ninety may begin, and of a /48 two hundred, however many networks somebody has', async (t) => {
  const house = await open(t)
  t.is(await countBegun(house, 100, (i) => `2001:db8:0:${i.toString(16)}::1`), 90)
  t.is(await countBegun(house, 40, (i) => `2001:db8:0:1${i.toString(16).padStart(2, '0')}::1`), 40)
  t.is(await countBegun(house, 40, () => '2001:db8:0:200::1'), 30)
})

test('60. from everywhere three hundred may wait at once, a hundred of them from where no other one began', async (t) => {
  const house = await open(t)
  const { begin, devices, advance } = house
  t.is(await countBegun(house, 260, (i) => `198.51.100.${i % 8}`), 200)
  t.is(await countBegun(house, 120, (i) => `203.0.113.${i}`), 100)
  t.is((await devices()).length, 300)
  t.is((await begin(AS_KITCHEN, '192.0.2.200')).status, 429)
  t.is((await begin(AS_TV)).status, 200, 'a client with a secret has a limit of its own')
  advance(600_000)
  t.is((await begin(AS_KITCHEN, '192.0.2.200')).status, 200)
})

test('60. a client with a secret may have three hundred devices begin within ten minutes', async (t) => {
  const { begin, store, now } = await open(t)
  t.is((await begin(AS_TV)).status, 200)
  const { entries } = await store.list('failures', 'device-client.tv', undefined, 2)
  t.is(entries.length, 1)
  const at = (length: number) => ({ revision: 9, at: Array<number>(length).fill(now()) })
  await store.put('failures', 'device-client.tv', at(299), now() + 600_000)
  t.is((await begin(AS_TV)).status, 200)
  t.is((await begin(AS_TV)).json.error, 'too_many_requests')
})

/** Draws these letters for user codes, each the next one's first byte; everything else is random. */
function drawing(letters: number[]) {
  return (size: number) =>
    size === 1 && letters.length > 0 ? Buffer.from([letters.shift() as number]) : randomBytes(size)
}

test('a user code that another device shows is not given again, until it has expired', async (t) => {
  const { begin, server, store, advance } = await open(t)
  const b = Array<number>(8).fill(0)
  server.randomBytes = drawing([...b])
  const first = (await begin(AS_KITCHEN)).json
  t.is(first.user_code, 'BBBB-BBBB')
  const row = await store.get('user-code', hashSecret('BBBBBBBB'))

  advance(599_999)
  server.randomBytes = drawing([...b, ...b, ...b.with(7, 1)])
  const second = (await begin(AS_KITCHEN)).json
  t.is(second.user_code, 'BBBB-BBBC')
  t.deepEqual(await store.get('user-code', hashSecret('BBBBBBBB')), row)
  t.is(row?.device, hashSecret(first.device_code))

  advance(1)
  server.randomBytes = drawing([...b])
  const third = (await begin(AS_KITCHEN)).json
  t.is(third.user_code, 'BBBB-BBBB')
  t.is((await store.get('user-code', hashSecret('BBBBBBBB')))?.device, hashSecret(third.device_code))
})
