import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openSessions, type SessionLimits } from '../../src/users/sessions.ts'
import { addUser, changePassword, disableUser, enableUser, removeUser } from '../../src/users/users.ts'
import { ADA, MINUTE, openPeople } from './people.ts'

const FORM = /^__Host-skillgate-session=([A-Za-z0-9_-]{43}); Path=\/; Secure; HttpOnly; SameSite=Lax$/

async function openRoom(t: ExecutionContext, change: Partial<SessionLimits> = {}) {
  const house = await openPeople(t)
  const sessions = openSessions(house.store, house.environment, { ...house.limits, ...change })
  const begin = async (half = false) => {
    const header = await (half ? sessions.beginPending : sessions.begin)(house.ada)
    return header.split(';')[0] as string
  }
  return { ...house, sessions, begin }
}

test('a session is found by its cookie among others, which only this host can set and no script can read', async (t) => {
  const { sessions, ada, store, environment } = await openRoom(t)
  const header = await sessions.begin(ada)
  const secret = FORM.exec(header)?.[1] as string
  t.truthy(secret)
  for (const cookies of [
    `__Host-skillgate-session=${secret}`,
    `a=b; __Host-skillgate-session=${secret}; c=d`,
    `a=b;__Host-skillgate-session=${secret}`,
    `x__Host-skillgate-session=other; __Host-skillgate-session=${secret}`,
  ]) {
    t.deepEqual(
      await sessions.find(cookies),
      { id: hashSecret(secret), user: ada, signedInAt: environment.now() },
      cookies,
    )
  }
  t.is(await store.get('session', secret), undefined)
})

test('each session has another cookie and another id', async (t) => {
  const { sessions, begin } = await openRoom(t)
  const [first, second] = [await begin(), await begin()]
  t.not(first, second)
  t.not((await sessions.find(first))?.id, (await sessions.find(second))?.id)
})

test('17. a cookie that is malformed, unknown or there twice is no session', async (t) => {
  const { sessions, begin } = await openRoom(t)
  const cookie = await begin()
  const [name, secret = ''] = cookie.split('=')
  const wrong = [
    undefined,
    '',
    `${name}=`,
    `${name}`,
    `${name}=${secret.slice(1)}`,
    `${name}=${secret}x`,
    `${name}="${secret}"`,
    `${name}=${'x'.repeat(43)}`,
    `${name}=${hashSecret(secret)}`,
    `${name}=__proto__`,
    `${name?.toLowerCase()}=${secret}`,
    `skillgate-session=${secret}`,
    `${cookie}; ${cookie}`,
    `${cookie}; ${name}=${'x'.repeat(43)}`,
    `${name}=; ${cookie}`,
    `${name}=${'x'.repeat(100_000)}`,
  ]
  for (const cookies of wrong) t.is(await sessions.find(cookies), undefined, cookies?.slice(0, 200))
  t.truthy(await sessions.find(cookie))
})

test('17. what has not the form of a cookie of ours is not even looked up', async (t) => {
  const { sessions, begin, store } = await openRoom(t)
  const cookie = await begin()
  await store.close()
  for (const odd of [cookie.slice(0, -1), `${cookie}x`, `${cookie.slice(0, -1)}%`, cookie.split('=')[0]]) {
    t.is(await sessions.find(odd), undefined)
  }
  await t.throwsAsync(sessions.find(cookie), { instanceOf: StorageError })
})

test('a session that is left alone ends at the idle limit, and each use begins that time anew', async (t) => {
  const { sessions, begin, environment } = await openRoom(t)
  const cookie = await begin()
  for (let time = 0; time < 3; time++) {
    environment.advance(30 * MINUTE - 1)
    t.truthy(await sessions.find(cookie))
  }
  environment.advance(30 * MINUTE)
  t.is(await sessions.find(cookie), undefined)
})

test('a session ends at its absolute limit however often it is used', async (t) => {
  const { sessions, begin, environment } = await openRoom(t)
  const cookie = await begin()
  for (let passed = 0; passed < 8 * 60; passed += 20) {
    t.truthy(await sessions.find(cookie), `${passed} minutes`)
    environment.advance(20 * MINUTE)
  }
  t.is(await sessions.find(cookie), undefined)
})

test('limits that were lowered hold for sessions that began before', async (t) => {
  const { sessions, begin, environment, store } = await openRoom(t)
  const cookie = await begin()
  environment.advance(10 * MINUTE)
  t.truthy(await sessions.find(cookie))
  const find = (limits: SessionLimits) => openSessions(store, environment, limits).find(cookie)
  environment.advance(3 * MINUTE)
  t.is(await find({ idle: 3 * MINUTE, absolute: 60 * MINUTE }), undefined)
  t.is(await find({ idle: 10 * MINUTE, absolute: 13 * MINUTE }), undefined)
  t.truthy(await find({ idle: 10 * MINUTE, absolute: 13 * MINUTE + 1 }))
})

test('the last use is written once a minute', async (t) => {
  const { sessions, begin, environment, store } = await openRoom(t)
  const cookie = await begin()
  const id = (await sessions.find(cookie))?.id ?? ''
  const revision = async () => (await store.get('session', id))?.revision
  environment.advance(MINUTE - 1)
  await sessions.find(cookie)
  t.is(await revision(), 1)
  environment.advance(1)
  await sessions.find(cookie)
  await sessions.find(cookie)
  t.is(await revision(), 2)
})

test('39. a session is over when its user is disabled, and stays so when the user is enabled again', async (t) => {
  const { sessions, begin, store } = await openRoom(t)
  const [whole, half] = [await begin(), await begin(true)]
  await disableUser(store, 'ada')
  t.is(await sessions.find(whole), undefined)
  t.is(await sessions.findPending(half), undefined)
  await enableUser(store, 'ada')
  t.is(await sessions.find(whole), undefined)
  t.is(await sessions.findPending(half), undefined)
})

test('39. nobody who is disabled has a session, whatever else is the same', async (t) => {
  const { sessions, begin, store, ada } = await openRoom(t)
  const [whole, half] = [await begin(), await begin(true)]
  await store.put('user', 'ada', { ...ada, disabled: true })
  t.is(await sessions.find(whole), undefined)
  t.is(await sessions.findPending(half), undefined)
})

test('39. a session is over when its user is removed, and is not that of who gets the name later', async (t) => {
  const { sessions, begin, store, environment } = await openRoom(t)
  const cookie = await begin()
  await removeUser(store, 'ada')
  t.is(await sessions.find(cookie), undefined)
  await addUser(store, environment, ADA)
  t.is(await sessions.find(cookie), undefined)
})

test('a session is over when the password changes, one that begins afterwards is not', async (t) => {
  const { sessions, begin, store, environment } = await openRoom(t)
  const cookie = await begin()
  await changePassword(store, environment, 'ada', 'a whole new password')
  t.is(await sessions.find(cookie), undefined)
  const changed = (await store.get('user', 'ada'))!
  t.truthy(await sessions.find((await sessions.begin(changed)).split(';')[0]))
})

test('a pending sign-in is no session, a session no pending sign-in, and a pending one lives for five minutes', async (t) => {
  const { sessions, begin, environment } = await openRoom(t)
  const [whole, half] = [await begin(), await begin(true)]
  t.is(await sessions.find(half), undefined)
  t.is(await sessions.findPending(whole), undefined)
  environment.advance(5 * MINUTE - 1)
  t.is((await sessions.findPending(half))?.user.name, 'ada')
  environment.advance(1)
  t.is(await sessions.findPending(half), undefined)
})

test('a session that was ended is over, and is ended once', async (t) => {
  const { sessions, begin } = await openRoom(t)
  const [cookie, other] = [await begin(), await begin()]
  const session = (await sessions.find(cookie))!
  t.deepEqual(await Promise.all([sessions.end(session), sessions.end(session)]).then((ended) => ended.sort()), [
    false,
    true,
  ])
  t.is(await sessions.find(cookie), undefined)
  t.truthy(await sessions.find(other))
})
