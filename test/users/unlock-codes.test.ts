import test from 'ava'
import { typedHasher } from '../../src/users/hash-typed.ts'
import { newUnlockCode } from '../../src/users/unlock-codes.ts'
import { addUser } from '../../src/users/users.ts'
import { codeOf, enter, giveSecondFactor, HOME, MINUTE, openPeople, type People } from './people.ts'

const ELSEWHERE = '198.51.100.9'

/** Strangers lock out Ada's name, and somebody at home the address. */
async function lockOut(house: People): Promise<void> {
  for (let i = 0; i < 5; i++) await enter(house, { password: 'wrong', address: `203.0.113.${i}` })
  for (let i = 0; i < 5; i++) await enter(house, { name: `n${i}`, password: 'wrong' })
}

const newCode = ({ store, environment, sealer, ada }: People) =>
  newUnlockCode(store, environment, typedHasher(sealer), ada)

/** The cookie that makes the browser known, as it sends it back. */
function knownOf(outcome: object): string {
  return 'known' in outcome ? String(outcome.known).split(';')[0]! : ''
}

test('58. a code of the owner lets somebody in at once whose name and address are locked out', async (t) => {
  const house = await openPeople(t)
  await lockOut(house)
  t.is((await enter(house)).kind, 'wait')
  const code = await newCode(house)
  t.regex(code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  t.is((await enter(house, { unlockCode: ` ${code.toLowerCase().replace('-', ' ')}` })).kind, 'signed-in')
  t.like(house.events.at(-2), { event: 'unlocked', user: 'ada', address: HOME })
  t.is((await enter(house)).kind, 'wait', 'everybody else waits as before')
  t.is((await enter(house, { unlockCode: code })).kind, 'wrong-unlock-code', 'it is used up')
})

test('58. who mistypes the password after a code has tries left in that browser, and needs no other code', async (t) => {
  const house = await openPeople(t)
  await lockOut(house)
  const wrong = await enter(house, { password: 'wrong', unlockCode: await newCode(house) })
  t.is(wrong.kind, 'wrong')
  const cookies = knownOf(wrong)
  t.regex(cookies, /^__Host-skillgate-known=/)
  for (let time = 0; time < 3; time++) t.is((await enter(house, { password: 'wrong', cookies })).kind, 'wrong')
  t.is((await enter(house, { cookies })).kind, 'signed-in')
})

test('58. a code is no password, and of any number of tries with one five are made', async (t) => {
  const house = await openPeople(t)
  await lockOut(house)
  const first = await enter(house, { password: 'wrong', unlockCode: await newCode(house) })
  const cookies = knownOf(first)
  const kinds = []
  for (let time = 0; time < 5; time++) kinds.push((await enter(house, { password: 'wrong', cookies })).kind)
  t.deepEqual(kinds, ['wrong', 'wrong', 'wrong', 'wrong', 'wait'])
})

test('58. with a second factor the code is asked for once', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  await lockOut(house)
  const half = await enter(house, { unlockCode: await newCode(house) })
  t.is(half.kind, 'second-factor')
  const session = half.kind === 'second-factor' ? half.cookie.split(';')[0] : ''
  const from = { code: codeOf(secret, house), address: HOME }
  t.is((await house.people.checkSecondFactor({ ...from, cookies: session })).kind, 'wait')
  t.is((await house.people.checkSecondFactor({ ...from, cookies: `${session}; ${knownOf(half)}` })).kind, 'signed-in')
})

test('58. locked out between password and second factor, a code helps there too', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  const half = await enter(house)
  const cookies = half.kind === 'second-factor' ? half.cookie.split(';')[0] : ''
  await lockOut(house)
  const from = { code: codeOf(secret, house), address: HOME, cookies }
  t.is((await house.people.checkSecondFactor(from)).kind, 'wait')
  const unlockCode = await newCode(house)
  t.is((await house.people.checkSecondFactor({ ...from, unlockCode })).kind, 'signed-in')
})

test('58. a code is good for one name and ten minutes, and of many who type it at once for one', async (t) => {
  const house = await openPeople(t)
  await addUser(house.store, house.environment, { name: 'bob', password: 'a password of his own' })
  const code = await newCode(house)
  t.is((await enter(house, { name: 'bob', unlockCode: code })).kind, 'wrong-unlock-code')
  const all = await Promise.all(
    Array.from({ length: 6 }, (_, i) => enter(house, { unlockCode: code, address: `192.0.2.${i}` })),
  )
  t.is(all.filter(({ kind }) => kind === 'signed-in').length, 1)
  const late = await newCode(house)
  house.environment.advance(10 * MINUTE)
  t.is((await enter(house, { unlockCode: late })).kind, 'wrong-unlock-code')
})

test('58. of wrong codes an address has five within ten minutes, which are no failed sign-ins', async (t) => {
  const house = await openPeople(t)
  const guess = () => enter(house, { unlockCode: 'BBBB-BBBB', address: ELSEWHERE })
  for (let time = 0; time < 5; time++) t.is((await guess()).kind, 'wrong-unlock-code')
  t.deepEqual(await guess(), { kind: 'wait', seconds: 600 })
  t.is((await enter(house, { unlockCode: await newCode(house), address: ELSEWHERE })).kind, 'wait')
  t.is((await enter(house, { address: ELSEWHERE })).kind, 'signed-in')
  t.like(house.events[0], { event: 'sign_in_failed', user: 'ada', detail: 'wrong code of the owner' })
})

test('58. neither the code nor the name that was typed can be read from the database', async (t) => {
  const house = await openPeople(t)
  const code = await newCode(house)
  await enter(house, { name: 'hunter2.hunter2', password: 'wrong' })
  const rows = [
    ...(await house.store.list('unlock-code', '', undefined, 9)).entries,
    ...(await house.store.list('failures', '', undefined, 9)).entries,
  ]
  t.is(rows.length, 3)
  const plain = typedHasher({ key: () => Buffer.alloc(32) })
  const guesses = [code, 'hunter2', plain('hunter2.hunter2')]
  for (const guess of guesses) t.false(JSON.stringify(rows).includes(guess))
})
