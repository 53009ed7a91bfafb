import test from 'ava'
import { codeOf, cookieOf, enter, giveSecondFactor, HOME, MINUTE, openPeople, type People } from './people.ts'

const ELSEWHERE = '198.51.100.9'

async function failTimes(house: People, times: number, attempt: Parameters<typeof enter>[1] = {}) {
  const kinds = []
  for (let time = 0; time < times; time++) kinds.push((await enter(house, { password: 'wrong', ...attempt })).kind)
  return kinds
}

const wrongTimes = (times: number) => Array<string>(times).fill('wrong')

test('46. the sixth attempt waits, even with the right password, until the first is ten minutes old', async (t) => {
  const house = await openPeople(t)
  for (const name of ['ada', 'ADA', 'Ada', ' ada', 'aDa']) t.deepEqual(await failTimes(house, 1, { name }), ['wrong'])
  t.deepEqual(await enter(house, { address: ELSEWHERE }), { kind: 'wait', seconds: 600 })
  house.environment.advance(10 * MINUTE - 1)
  t.deepEqual(await enter(house), { kind: 'wait', seconds: 1 })
  house.environment.advance(1)
  t.is((await enter(house)).kind, 'signed-in')
})

test('46. an unknown name waits like a known one', async (t) => {
  const house = await openPeople(t)
  t.deepEqual(await failTimes(house, 5, { name: 'bob' }), wrongTimes(5))
  t.deepEqual(await enter(house, { name: 'bob', address: ELSEWHERE }), { kind: 'wait', seconds: 600 })
})

test('46. of thirty passwords tried at the same time five are', async (t) => {
  const house = await openPeople(t)
  const outcomes = await Promise.all(Array.from({ length: 30 }, (_, i) => enter(house, { password: `guess ${i}` })))
  t.is(outcomes.filter(({ kind }) => kind === 'wrong').length, 5)
  t.is(outcomes.filter(({ kind }) => kind === 'wait').length, 25)
})

test('who signs in has as many attempts as before the first failure', async (t) => {
  const house = await openPeople(t)
  for (let round = 0; round < 3; round++) {
    t.deepEqual(await failTimes(house, 4, { address: `192.0.2.${round}` }), wrongTimes(4))
    t.is((await enter(house, { address: `192.0.2.${round}` })).kind, 'signed-in')
  }
})

test('somebody with an account gains no guesses at those of others', async (t) => {
  const house = await openPeople(t)
  for (let guess = 0; guess < 5; guess++) {
    t.deepEqual(await failTimes(house, 1, { name: 'bob' }), ['wrong'])
    t.is((await enter(house)).kind, guess < 4 ? 'signed-in' : 'wait')
  }
})

test('48. behind a trusted proxy that tells no addresses only the name waits, not everybody', async (t) => {
  const house = await openPeople(t)
  const attempt = (name: string, password: string) =>
    house.people.checkPassword({ name, password, cookies: undefined, address: undefined })
  for (let time = 0; time < 5; time++) await attempt('bob', 'wrong')
  t.is((await attempt('bob', 'wrong')).kind, 'wait')
  t.is((await attempt('ada', 'correct horse battery')).kind, 'signed-in')
})

test('a lock-out is noted once, with whom it is about if there is such a user, and again when it happens again', async (t) => {
  const house = await openPeople(t)
  const lockOuts = () => house.events.filter(({ event }) => event === 'locked_out')
  await failTimes(house, 5)
  t.deepEqual(lockOuts(), [])
  await failTimes(house, 5, { address: ELSEWHERE })
  await failTimes(house, 5, { name: 'hunter2.hunter2' })
  const [ofAda, ofHome] = [
    { user: 'ada', address: ELSEWHERE, detail: 'too many failures of this name' },
    { address: HOME, detail: 'too many failures of this address' },
  ]
  t.deepEqual(lockOuts(), [
    { event: 'locked_out', ...ofAda },
    { event: 'locked_out', ...ofHome },
  ])
  house.environment.advance(10 * MINUTE)
  await failTimes(house, 8, { address: undefined })
  t.is(lockOuts().length, 3)
})

test('wrong codes count as failed sign-ins, and the right password in between gives no more of them', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  let address = 0
  const anotherAddress = () => `192.0.2.${address++}`
  const kinds = []
  for (let round = 0; round < 3; round++) {
    const entered = await enter(house, { address: anotherAddress() })
    if (entered.kind === 'wait') kinds.push('wait')
    for (let time = 0; time < 2 && entered.kind !== 'wait'; time++) {
      const attempt = { cookies: cookieOf(entered), code: '000000', address: anotherAddress() }
      kinds.push((await house.people.checkSecondFactor(attempt)).kind)
    }
  }
  t.deepEqual(kinds, [...wrongTimes(5), 'wait'])
  house.environment.advance(10 * MINUTE)
  const cookies = cookieOf(await enter(house))
  const outcome = await house.people.checkSecondFactor({ cookies, code: codeOf(secret, house), address: HOME })
  t.is(outcome.kind, 'signed-in')
})

test('of twenty wrong codes at the same time five are tried', async (t) => {
  const house = await openPeople(t)
  await giveSecondFactor(house)
  const cookies = cookieOf(await enter(house))
  const attempts = Array.from({ length: 20 }, (_, i) =>
    house.people.checkSecondFactor({ cookies, code: String(100_000 + i), address: `192.0.2.${i}` }),
  )
  const outcomes = await Promise.all(attempts)
  t.is(outcomes.filter(({ kind }) => kind === 'wait').length, 15)
})
