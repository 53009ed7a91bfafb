import { rmSync } from 'node:fs'
import test from 'ava'
import { keyFile, openSealer, SealError } from '../../src/secrets/seal.ts'
import { openSignIn } from '../../src/users/sign-in.ts'
import { changePassword, disableUser } from '../../src/users/users.ts'
import { codeOf, cookieOf, enter, giveSecondFactor, HOME, MINUTE, openPeople, type People } from './people.ts'

async function enterHalf(house: People) {
  const { secret, recoveryCodes } = await giveSecondFactor(house)
  const entered = await enter(house)
  const cookies = cookieOf(entered)
  const finish = (code: string, with_ = cookies) =>
    house.people.checkSecondFactor({ cookies: with_, code, address: HOME })
  return { secret, recoveryCodes, entered, cookies, finish }
}

test('after the right password a code is asked for, and until then nobody is signed in', async (t) => {
  const house = await openPeople(t)
  const { entered, cookies, finish, secret } = await enterHalf(house)
  t.is(entered.kind, 'second-factor')
  t.is(await house.people.findSession(cookies), undefined)
  const asked = { event: 'second_factor_asked', user: 'ada', address: HOME }
  t.deepEqual(house.events as object[], [asked], 'a right password without the code is worth a note')
  const outcome = await finish(codeOf(secret, house))
  t.is(outcome.kind, 'signed-in')
  t.not(cookieOf(outcome), cookies)
  t.is((await house.people.findSession(cookieOf(outcome)))?.user.name, 'ada')
  t.deepEqual(house.events as object[], [asked, { event: 'signed_in', user: 'ada', address: HOME }])
})

test('a pending sign-in ends with the session that it became, and becomes one only', async (t) => {
  const house = await openPeople(t)
  const { finish, secret, recoveryCodes, cookies } = await enterHalf(house)
  const both = await Promise.all([finish(codeOf(secret, house)), finish(recoveryCodes[0]!)])
  t.deepEqual(both.map(({ kind }) => kind).sort(), ['expired', 'signed-in'])
  t.deepEqual(await finish(recoveryCodes[1]!), { kind: 'expired' })
  t.is(await house.people.findSession(cookies), undefined)
})

test('a wrong code is told so and noted, and another one may be tried', async (t) => {
  const house = await openPeople(t)
  const { finish, secret } = await enterHalf(house)
  t.deepEqual(await finish('000000'), { kind: 'wrong' })
  t.deepEqual(await finish('nonsense'), { kind: 'wrong' })
  const noted = { event: 'sign_in_failed', user: 'ada', address: HOME, detail: 'wrong code' }
  t.deepEqual(house.events.slice(1) as object[], [noted, noted])
  t.is((await finish(codeOf(secret, house))).kind, 'signed-in')
})

test('a code that has signed in does not sign in again', async (t) => {
  const house = await openPeople(t)
  const { finish, secret } = await enterHalf(house)
  const code = codeOf(secret, house)
  t.is((await finish(code)).kind, 'signed-in')
  t.is((await finish(code, cookieOf(await enter(house)))).kind, 'wrong')
})

test('a recovery code does in place of the authenticator, and how many are left is noted', async (t) => {
  const house = await openPeople(t)
  const { finish, recoveryCodes } = await enterHalf(house)
  t.is((await finish(recoveryCodes[4]!)).kind, 'signed-in')
  t.deepEqual(house.events.slice(1) as object[], [
    { event: 'recovery_code_used', user: 'ada', address: HOME, detail: '9 left' },
    { event: 'signed_in', user: 'ada', address: HOME },
  ])
  t.is((await finish(recoveryCodes[4]!, cookieOf(await enter(house)))).kind, 'wrong')
})

test('five minutes after the password it has to be given again', async (t) => {
  const house = await openPeople(t)
  const { finish, secret } = await enterHalf(house)
  house.environment.advance(5 * MINUTE)
  t.deepEqual(await finish(codeOf(secret, house)), { kind: 'expired' })
})

test('without a pending sign-in a code is nothing, and uses nothing up', async (t) => {
  const house = await openPeople(t)
  const whole = cookieOf(await enter(house))
  const { finish, cookies, secret } = await enterHalf(house)
  const code = codeOf(secret, house)
  for (const other of ['', 'nonsense', whole, `${cookies}; ${cookies}`]) {
    t.deepEqual(await finish(code, other), { kind: 'expired' }, other)
  }
  t.is((await finish(code)).kind, 'signed-in')
})

test('who gets another password or is disabled between password and code has to begin anew', async (t) => {
  for (const change of [
    ({ store, environment }: People) => changePassword(store, environment, 'ada', 'a whole new password'),
    ({ store }: People) => disableUser(store, 'ada'),
  ]) {
    const house = await openPeople(t)
    const { finish, secret } = await enterHalf(house)
    await change(house)
    t.deepEqual(await finish(codeOf(secret, house)), { kind: 'expired' })
  }
})

test('a secret that cannot be read any more is an error and no failure, and recovery codes sign in', async (t) => {
  const house = await openPeople(t)
  const { cookies, secret, recoveryCodes } = await enterHalf(house)
  rmSync(keyFile(house.folder))
  const people = await openSignIn({ ...house, sealer: await openSealer(keyFile(house.folder), house.environment) })
  const finish = (code: string) => people.checkSecondFactor({ cookies, code, address: HOME })
  for (let time = 0; time < 7; time++) await t.throwsAsync(finish(codeOf(secret, house)), { instanceOf: SealError })
  t.is((await finish(recoveryCodes[0]!)).kind, 'signed-in')
})
