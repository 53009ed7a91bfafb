import test from 'ava'
import { openSession } from '../../src/users/account-session.ts'
import { typedHasher } from '../../src/users/hash-typed.ts'
import { switchSecondFactorOn } from '../../src/users/second-factor.ts'
import { forgetFailuresOfName } from '../../src/users/sign-in-throttle.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { newUnlockCode } from '../../src/users/unlock-codes.ts'
import {
  addUser,
  changePassword,
  disableUser,
  listUsers,
  passwordVerifier,
  removeUser,
  requireUser,
} from '../../src/users/users.ts'
import { ANNA, allCookies, openAccounts, PASSWORD } from './accounts.ts'
import { ADA, codeOf, cookieOf, HOME, MINUTE } from './people.ts'

const wrong = { password: 'wrong' }

test.serial('the first sign-in makes a user without a password here, with the account sealed', async (t) => {
  const house = await openAccounts(t)
  const outcome = await house.enter({ name: ' ANNA ' })
  t.is(outcome.kind, 'signed-in')
  const user = await requireUser(house.store, 'music-assistant:anna')
  t.like(await house.people.findSession(cookieOf(outcome)), { user })
  t.like(user, { name: 'music-assistant:anna', displayName: 'Anna' })
  t.like(user.account, { upstream: 'music-assistant', userId: ANNA.userId, name: 'anna', role: 'user' })
  t.is(user.password, undefined)
  t.is(openSession(house.sealer, user), 'session-0')
  t.false(JSON.stringify(user).includes('session-0'))
  t.deepEqual(house.source.tried, ['anna'], 'in the one spelling in which it is counted')
  t.deepEqual(
    house.events.map(({ event, user: who }) => [event, who]),
    [
      ['user_added', 'music-assistant:anna'],
      ['signed_in', 'music-assistant:anna'],
    ],
  )
})

test.serial(
  'a later sign-in changes name, role and session of the same user, and ends the earlier session',
  async (t) => {
    const house = await openAccounts(t)
    await house.enter()
    const first = await requireUser(house.store, 'music-assistant:anna')
    house.source.accounts = [{ ...ANNA, name: 'anna.b', displayName: 'Anna B', role: 'admin' }]
    house.environment.advance(MINUTE)
    t.is((await house.enter({ name: 'anna.b' })).kind, 'signed-in')
    const user = await requireUser(house.store, 'music-assistant:anna.b')
    t.like(user, { id: first.id, name: 'music-assistant:anna', displayName: 'Anna B' })
    t.like(user.account, { name: 'anna.b', role: 'admin', sessionAt: house.environment.now() })
    t.is(openSession(house.sealer, user), 'session-1')
    t.deepEqual(house.source.ended, ['session-0'])
    t.is((await listUsers(house.store)).length, 2)
  },
)

test.serial('an account that was made anew under the same name is somebody else', async (t) => {
  const house = await openAccounts(t)
  await house.enter()
  const first = await requireUser(house.store, 'music-assistant:anna')
  house.source.accounts = [{ ...ANNA, userId: 'another-id' }]
  house.environment.advance(MINUTE)
  const outcome = await house.enter()
  t.true(outcome.kind === 'signed-in' && outcome.user.id !== first.id)
  t.true(outcome.kind === 'signed-in' && outcome.user.name === 'music-assistant:anna-2')
  t.deepEqual(await requireUser(house.store, 'music-assistant:anna'), first, 'what she linked stays hers')
})

test.serial('a local user of the same name is never taken over, and goes on signing in', async (t) => {
  const house = await openAccounts(t)
  house.source.accounts = [{ ...ANNA, name: 'ada' }]
  const local = await house.enter({ ...ADA })
  t.like(local, { kind: 'signed-in', user: house.ada })
  t.deepEqual(house.source.tried, [], 'a password that is right here is told nobody')
  const other = await house.enter({ name: 'ada' })
  t.like(other, { kind: 'signed-in', user: { name: 'music-assistant:ada' } })
  t.deepEqual(await requireUser(house.store, 'ada'), house.ada)
  for (const name of ['music-assistant:ada', 'music-assistant:bob']) {
    await t.throwsAsync(addUser(house.store, house.environment, { ...ADA, name }), { message: /A user name is/ })
  }
})

test.serial('a name that can be none here makes one that can', async (t) => {
  const house = await openAccounts(t)
  for (const [i, [name, here]] of [
    ['jürgen müller', 'music-assistant:jurgen-muller'],
    ['さくら', 'music-assistant:somebody'],
    ['ひまわり', 'music-assistant:somebody-2'],
    ["o'brien:admin", 'music-assistant:o-brien-admin'],
  ].entries()) {
    house.source.accounts = [{ ...ANNA, userId: `id-${i}`, name: name! }]
    const outcome = await house.enter({ name, address: `192.0.2.${i}` })
    t.true(outcome.kind === 'signed-in' && outcome.user.name === here, here)
    t.is((await requireUser(house.store, `music-assistant:${name}`)).name, here!)
  }
})

test.serial('twenty first sign-ins of one account at once make one user', async (t) => {
  const house = await openAccounts(t)
  const attempts = Array.from({ length: 20 }, (_, i) => house.enter({ address: `198.51.100.${i}` }))
  const kinds = (await Promise.allSettled(attempts)).map((one) =>
    one.status === 'fulfilled' ? one.value.kind : one.reason,
  )
  t.true(kinds.includes('signed-in'))
  t.is((await listUsers(house.store)).filter(({ account }) => account).length, 1)
})

test.serial('names that the server would take for another one are not even tried', async (t) => {
  const house = await openAccounts(t)
  for (const name of ['anna\x1c', '\x1fanna', 'an\nna', 'anna\u200b', '\u202eanna', '', 'x'.repeat(65)]) {
    t.deepEqual(await house.enter({ name, address: undefined }), { kind: 'wrong' })
  }
  t.deepEqual(house.source.tried, [])
})

test.serial(
  'three failures of strangers in half an hour are all that reaches the server with the account',
  async (t) => {
    const house = await openAccounts(t)
    const known = allCookies(await house.enter())
    const at = (i: number) => ({ ...wrong, address: `198.51.100.${i}` })
    for (let i = 0; i < 3; i++) t.deepEqual(await house.enter(at(i)), { kind: 'wrong' })
    house.source.tried.length = 0
    for (const name of ['anna', ' Anna', 'ANNA\t']) t.like(await house.enter({ ...at(9), name }), { kind: 'wait' })
    house.environment.advance(29 * MINUTE)
    t.like(await house.enter({ address: '203.0.113.5' }), { kind: 'wait' }, 'not even with the right password')
    t.deepEqual(house.source.tried, [], 'so that its own throttle never shuts her out for long')
    t.is((await house.enter({ cookies: known })).kind, 'signed-in', 'her browser has tries of its own')
    house.environment.advance(MINUTE)
    t.is((await house.enter(at(8))).kind, 'wrong', 'and they are forgotten after half an hour')
    t.true(house.events.some(({ event, user }) => event === 'locked_out' && user === 'music-assistant:anna'))
  },
)

test.serial('both sides of what strangers may fail', async (t) => {
  const house = await openAccounts(t)
  for (let i = 0; i < 2; i++) await house.enter({ ...wrong, address: `198.51.100.${i}` })
  t.is((await house.enter({ address: '203.0.113.5' })).kind, 'signed-in')
  for (let i = 2; i < 5; i++)
    t.is((await house.enter({ ...wrong, address: `198.51.100.${i}` })).kind, 'wrong', 'forgotten')
  t.is((await house.enter({ ...wrong, address: '198.51.100.6' })).kind, 'wait')
})

test.serial('failures count before the server is asked: however many guess at once, three get through', async (t) => {
  const house = await openAccounts(t)
  const guesses = Array.from({ length: 12 }, (_, i) => house.enter({ ...wrong, address: `198.51.100.${i}` }))
  await Promise.all(guesses)
  t.is(house.source.tried.length, 3)
})

test.serial('a code of whoever runs this, and the end of a lock-out, work for accounts as well', async (t) => {
  const house = await openAccounts(t)
  await house.enter()
  const user = await requireUser(house.store, 'music-assistant:anna')
  const fail = async () => {
    for (let i = 0; i < 4; i++) await house.enter({ ...wrong, address: `198.51.100.${i}` })
  }
  await fail()
  const hash = typedHasher(house.sealer)
  const code = await newUnlockCode(house.store, house.environment, hash, user)
  t.is((await house.enter({ address: '203.0.113.5', unlockCode: code })).kind, 'signed-in')
  await fail()
  t.is((await house.enter({ address: '203.0.113.6' })).kind, 'wait')
  await forgetFailuresOfName(house.store, house.environment, hash, 'anna')
  t.is((await house.enter({ address: '203.0.113.6' })).kind, 'signed-in')
})

test.serial('what the server says of waiting, guests, and being out of reach is told, and is no failure', async (t) => {
  const house = await openAccounts(t, { local: false })
  for (const [says, told] of [
    [
      { kind: 'throttled', seconds: 29 },
      { kind: 'account-wait', seconds: 29 },
    ],
    [{ kind: 'guest' }, { kind: 'guest' }],
    [
      { kind: 'unreachable', detail: 'it is down' },
      { kind: 'unreachable', detail: 'it is down' },
    ],
  ] as const) {
    house.source.says = says
    for (let i = 0; i < 8; i++) t.deepEqual(await house.enter({ address: `198.51.100.${i}` }), told)
  }
  house.source.says = undefined
  t.is((await house.enter({ address: '203.0.113.5' })).kind, 'signed-in')
  t.is((await listUsers(house.store)).length, 2, 'a guest was nobody here')
})

test.serial('a guess at a password here is a failure, whatever the server with the accounts says then', async (t) => {
  for (const says of [
    { kind: 'unreachable', detail: 'it is down' },
    { kind: 'throttled', seconds: 29 },
    { kind: 'guest' },
    { kind: 'wrong' },
  ] as const) {
    const house = await openAccounts(t)
    house.source.says = says
    const guess = (i: number) => house.enter({ name: 'ada', ...wrong, address: `198.51.100.${i}` })
    for (let i = 0; i < 5; i++) await guess(i)
    t.is((await guess(9)).kind, 'wait', says.kind)
    t.is((await house.enter({ ...ADA, address: '203.0.113.5' })).kind, 'wait', 'nor is the right one tried any more')
  }
})

test.serial('whoever asks again and again while the server wants nobody to try waits here too', async (t) => {
  const house = await openAccounts(t, { local: false })
  house.source.says = { kind: 'throttled', seconds: 29 }
  for (let i = 0; i < 5; i++) t.is((await house.enter()).kind, 'account-wait')
  t.is((await house.enter()).kind, 'wait')
  t.is(house.source.tried.length, 5)
})

test.serial('an account that is off at its server counts as it does there', async (t) => {
  const house = await openAccounts(t)
  house.source.says = { kind: 'disabled' }
  for (let i = 0; i < 3; i++) {
    t.deepEqual(await house.enter({ address: `198.51.100.${i}` }), { kind: 'account-disabled' })
  }
  t.is((await house.enter({ address: '198.51.100.9' })).kind, 'wait')
})

test.serial('a user who is disabled here stays out, and the session that the server made is ended', async (t) => {
  const house = await openAccounts(t)
  await house.enter()
  await disableUser(house.store, 'music-assistant:anna')
  t.deepEqual(await house.enter(), { kind: 'wrong' })
  t.deepEqual(house.source.ended, ['session-1'])
  t.is(openSession(house.sealer, await requireUser(house.store, 'music-assistant:anna')), 'session-0')
})

test.serial('one who was removed comes back as somebody new', async (t) => {
  const house = await openAccounts(t)
  const cookie = cookieOf(await house.enter())
  const before = await removeUser(house.store, 'music-assistant:anna')
  t.is(await house.people.findSession(cookie), undefined)
  const outcome = await house.enter()
  t.true(outcome.kind === 'signed-in' && outcome.user.id !== before.id)
})

test.serial('a second factor of ours is asked for after the password there', async (t) => {
  const house = await openAccounts(t)
  await house.enter()
  const secret = newTotpSecret(house.environment)
  const tools = { store: house.store, sealer: house.sealer, ...house.environment }
  await switchSecondFactorOn(tools, 'music-assistant:anna', secret, codeOf(secret, house))
  house.environment.advance(MINUTE)
  const entered = await house.enter()
  t.is(entered.kind, 'second-factor')
  const attempt = { cookies: cookieOf(entered), code: codeOf(secret, house), address: HOME }
  t.like(await house.people.checkSecondFactor(attempt), { kind: 'signed-in', user: { name: 'music-assistant:anna' } })
})

test.serial('without local users their passwords are good for nothing, and their sessions are over', async (t) => {
  const house = await openAccounts(t)
  const [local, account] = [cookieOf(await house.enter(ADA)), cookieOf(await house.enter())]
  const accounts = { upstream: 'music-assistant', source: house.source }
  const alone = await house.open({ accounts, local: false })
  t.is(await alone.findSession(local), undefined)
  t.like(await alone.findSession(account), { user: { name: 'music-assistant:anna' } })
  t.deepEqual(await alone.checkPassword({ ...ADA, cookies: undefined, address: HOME }), { kind: 'wrong' })
  const without = await house.open({})
  t.is(await without.findSession(account), undefined, 'and the other way round')
  t.like(await without.findSession(local), { user: { name: 'ada' } })
  const elsewhere = await house.open({ accounts: { ...accounts, upstream: 'another' } })
  t.is(await elsewhere.findSession(account), undefined, 'nor is an account of one server one of another')
})

test.serial('without accounts of an upstream nobody is asked', async (t) => {
  const house = await openAccounts(t)
  const without = await house.open({})
  t.deepEqual(await without.checkPassword({ name: 'anna', password: PASSWORD, cookies: undefined, address: HOME }), {
    kind: 'wrong',
  })
  t.deepEqual(house.source.tried, [])
})

test.serial('a user with an account has no password here, and can be given none', async (t) => {
  const house = await openAccounts(t)
  await house.enter()
  const verify = await passwordVerifier(house.store, house.environment)
  for (const name of ['music-assistant:anna', 'anna']) {
    for (const password of ['', 'undefined', PASSWORD]) t.is(await verify(name, password), undefined)
  }
  await t.throwsAsync(changePassword(house.store, house.environment, 'music-assistant:anna', 'correct horse battery'), {
    message: /change its password there/,
  })
})

test.serial('neither the password nor the session is in the database or in the audit trail', async (t) => {
  const house = await openAccounts(t)
  await house.enter()
  await house.enter(wrong)
  await house.enter({ name: PASSWORD, password: 'anna' })
  const { entries } = await house.store.list('user', '', undefined, 100)
  const kept = JSON.stringify([entries, house.events])
  for (const secret of [PASSWORD, PASSWORD.toLowerCase(), 'session-0']) t.false(kept.includes(secret))
})
