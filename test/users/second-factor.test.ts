import { rmSync } from 'node:fs'
import test from 'ava'
import { keyFile, openSealer, SealError } from '../../src/secrets/seal.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import {
  renewRecoveryCodes,
  spendCode,
  switchSecondFactorOff,
  switchSecondFactorOn,
} from '../../src/users/second-factor.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { addUser, changePassword, disableUser, removeUser, UserError } from '../../src/users/users.ts'
import { codeOf, giveSecondFactor, openPeople, type People } from './people.ts'

/** Ada as she is now, and her codes tried out. */
async function spender({ store, sealer, environment }: People) {
  const user = (await store.get('user', 'ada'))!
  return { user, spend: (code: string) => spendCode({ store, sealer, ...environment }, user, code) }
}

test('it is switched on with a code that proves who has the secret, which the database does not show', async (t) => {
  const house = await openPeople(t)
  const { secret, recoveryCodes } = await giveSecondFactor(house)
  const { user } = await spender(house)
  t.like(user, { id: house.ada.id, revision: 2, sessionEpoch: 1, password: house.ada.password })
  t.is(recoveryCodes.length, 10)
  const stored = JSON.stringify(user)
  for (const plain of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) {
    t.false(stored.includes(plain))
  }
})

test('it is not switched on with a code that is not right, nor for nobody', async (t) => {
  const { store, sealer, environment, ada } = await openPeople(t)
  const secret = newTotpSecret(environment)
  const tools = { store, sealer, ...environment }
  const stale = codeOf(secret, { environment }, -3)
  for (const code of ['', '12345', 'abcdef', stale]) {
    await t.throwsAsync(switchSecondFactorOn(tools, 'ada', secret, code), {
      instanceOf: UserError,
      message: /not the code/,
    })
  }
  const right = codeOf(secret, { environment })
  await t.throwsAsync(switchSecondFactorOn(tools, 'bob', secret, right), { message: /no user called bob/ })
  t.deepEqual(await store.get('user', 'ada'), ada)
})

test('a code of the authenticator is good once, and so is none before it', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  const { spend } = await spender(house)
  const [before, now, next] = [-1, 0, 1].map((steps) => codeOf(secret, house, steps)) as [string, string, string]
  t.deepEqual(await spend(now), { kind: 'totp' })
  t.is(await spend(now), undefined)
  t.is(await spend(before), undefined)
  t.deepEqual(await spend(next), { kind: 'totp' })
})

test('the code that switched it on is used up', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  house.environment.advance(-60_000)
  const { spend } = await spender(house)
  t.is(await spend(codeOf(secret, house)), undefined)
})

test('of any number who have the same code one gets through, also in two processes', async (t) => {
  const house = await openPeople(t)
  const { secret, recoveryCodes } = await giveSecondFactor(house)
  const other = await openKeyvStore(house.database, house.environment.now)
  t.teardown(() => other.close())
  const here = await spender(house)
  const there = await spender({ ...house, store: other })
  for (const code of [codeOf(secret, house), recoveryCodes[0]!]) {
    const spent = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there).spend(code)))
    t.is(spent.filter((one) => one !== undefined).length, 1)
  }
})

test('each recovery code is good once, however it is typed, and all ten are', async (t) => {
  const house = await openPeople(t)
  const { recoveryCodes } = await giveSecondFactor(house)
  const { spend } = await spender(house)
  const [first = '', second = '', ...rest] = recoveryCodes
  t.deepEqual(await spend(first.toUpperCase().replaceAll('-', ' ')), { kind: 'recovery', left: 9 })
  t.is(await spend(first), undefined)
  t.deepEqual(await Promise.all([second, ...rest].map(spend)).then((all) => all.filter(Boolean).length), 9)
  for (const code of recoveryCodes) t.is(await spend(code), undefined)
})

test('two different codes at the same time are both good', async (t) => {
  const house = await openPeople(t)
  const { secret, recoveryCodes } = await giveSecondFactor(house)
  const { spend } = await spender(house)
  const spent = await Promise.all([spend(codeOf(secret, house)), spend(recoveryCodes[3]!)])
  t.deepEqual(spent, [{ kind: 'totp' }, { kind: 'recovery', left: 9 }])
})

test('a code is nothing to somebody else, nor to one who was changed, disabled or removed since', async (t) => {
  const changes = {
    password: ({ store, environment }: People) => changePassword(store, environment, 'ada', 'a whole new password'),
    disabled: ({ store }: People) => disableUser(store, 'ada'),
    removed: ({ store }: People) => removeUser(store, 'ada'),
    'switched off': ({ store }: People) => switchSecondFactorOff(store, 'ada'),
    'renewed codes': ({ store, environment }: People) => renewRecoveryCodes(store, environment, 'ada'),
    'somebody else': async ({ store }: People) => {
      const ada = (await store.get('user', 'ada'))!
      await store.put('user', 'ada', { ...ada, id: 'f'.repeat(24) })
    },
  }
  for (const [change, make] of Object.entries(changes)) {
    const house = await openPeople(t)
    const { secret, recoveryCodes } = await giveSecondFactor(house)
    const { spend } = await spender(house)
    await make(house)
    t.is(await spend(codeOf(secret, house)), undefined, change)
    t.is(await spend(recoveryCodes[0]!), undefined, change)
  }
})

test('a sealed secret that was copied into the row of another user opens nothing', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  const { user } = await spender(house)
  const eve = await addUser(house.store, house.environment, { name: 'eve', password: 'a password of her own' })
  const copied = { ...eve, totp: user.totp }
  await house.store.put('user', 'eve', copied)
  const spending = spendCode({ ...house, ...house.environment }, copied, codeOf(secret, house))
  await t.throwsAsync(spending, { instanceOf: SealError })
})

test('when the key file was lost, recovery codes still work, and codes of the authenticator are an error', async (t) => {
  const house = await openPeople(t)
  const { secret, recoveryCodes } = await giveSecondFactor(house)
  rmSync(keyFile(house.folder))
  const sealer = await openSealer(keyFile(house.folder), house.environment)
  const { spend } = await spender({ ...house, sealer })
  await t.throwsAsync(spend(codeOf(secret, house)), { instanceOf: SealError, message: /lost or replaced/ })
  t.is(await spend('aaaa-bbbb-cccc-dddd'), undefined)
  t.deepEqual(await spend(recoveryCodes[0]!), { kind: 'recovery', left: 9 })
})

test('new recovery codes take the place of the old ones, and the authenticator stays', async (t) => {
  const house = await openPeople(t)
  const { secret, recoveryCodes } = await giveSecondFactor(house)
  const renewed = await renewRecoveryCodes(house.store, house.environment, 'Ada')
  const { spend, user } = await spender(house)
  t.is(user.sessionEpoch, 2)
  t.is(await spend(recoveryCodes[0]!), undefined)
  t.truthy(await spend(renewed[0]!))
  t.truthy(await spend(codeOf(secret, house)))
  await switchSecondFactorOff(house.store, 'ada')
  const none = {
    instanceOf: UserError,
    message: /^ada has no second factor\. Switch it on: {2}npx skillgate user totp ada$/,
  }
  await t.throwsAsync(renewRecoveryCodes(house.store, house.environment, 'ada'), none)
})

test('switched off, it is gone, and the sessions are over', async (t) => {
  const house = await openPeople(t)
  await giveSecondFactor(house)
  await switchSecondFactorOff(house.store, 'ADA')
  const { user } = await spender(house)
  t.is(user.totp, undefined)
  t.is(user.sessionEpoch, 2)
})
