import test, { type ExecutionContext } from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { typedHasher } from '../../src/users/hash-typed.ts'
import { type Admitted, type Attempt, signInThrottle } from '../../src/users/sign-in-throttle.ts'
import { HOME, MINUTE, openPeople, type People } from './people.ts'

const ELSEWHERE = '198.51.100.9'

async function openThrottle(t: ExecutionContext) {
  const house = await openPeople(t)
  const admit = signInThrottle(house.store, house.environment, typedHasher(house.sealer))
  const fail = async (times: number, attempt: Attempt) => {
    for (let time = 0; time < times; time++) t.is((await admit(attempt)).kind, 'admitted', `attempt ${time + 1}`)
  }
  return { ...house, admit, fail }
}

/** The only row of this kind. */
async function onlyRow({ store }: Pick<People, 'store'>, prefix: string) {
  const { entries } = await store.list('failures', prefix, undefined, 10)
  return entries.length === 1 ? entries[0]!.value : undefined
}

test('46. the sixth failure of a name within ten minutes waits until the oldest is ten minutes old', async (t) => {
  const { admit, fail, environment } = await openThrottle(t)
  const ada = { name: 'ada', address: undefined }
  await fail(1, ada)
  environment.advance(4 * MINUTE)
  await fail(4, ada)
  t.like(await admit(ada), { kind: 'wait', seconds: 360, by: 'name' })
  environment.advance(6 * MINUTE - 1)
  t.like(await admit(ada), { kind: 'wait', seconds: 1 })
  environment.advance(1)
  await fail(1, ada)
  t.like(await admit(ada), { kind: 'wait', seconds: 240 })
})

test('46. failures of an address count whatever the names, and are no failures of another address', async (t) => {
  const { admit, fail } = await openThrottle(t)
  for (const name of ['a', 'b', 'c', 'd']) await fail(1, { name, address: HOME })
  await fail(1, { name: undefined, address: HOME })
  t.like(await admit({ name: 'f', address: HOME }), { kind: 'wait', seconds: 600, by: 'address' })
  t.like(await admit({ name: undefined, address: HOME }), { kind: 'wait' })
  await fail(5, { name: 'f', address: ELSEWHERE })
})

test('58. an address that waits locks out no further names, but to ask for a name that waits counts for the address', async (t) => {
  const { admit, fail } = await openThrottle(t)
  await fail(5, { name: 'ada', address: HOME })
  for (let time = 0; time < 10; time++) t.is((await admit({ name: 'bob', address: HOME })).kind, 'wait')
  await fail(5, { name: 'bob', address: undefined })
  for (let time = 0; time < 4; time++) t.like(await admit({ name: 'ada', address: ELSEWHERE }), { by: 'name' })
  await fail(1, { name: 'eve', address: ELSEWHERE })
  t.like(await admit({ name: 'eve', address: ELSEWHERE }), { kind: 'wait', by: 'address' })
})

test('58. of an IPv6 /56 fifteen attempts are let through within ten minutes, of a /48 forty-five', async (t) => {
  const { admit } = await openThrottle(t)
  const letThrough = async (times: number, addressOf: (i: number) => string) => {
    let count = 0
    for (let i = 0; i < times; i++) {
      const { kind } = await admit({ name: undefined, address: addressOf(i) })
      if (kind === 'admitted') count++
    }
    return count
  }
  const inOne56 = (i: number) => `2001:db8:0:${(i % 256).toString(16)}::1`
  t.is(await letThrough(40, inOne56), 15)
  t.is(await letThrough(100, (i) => `2001:db8:0:${((i % 200) * 256 + 255).toString(16)}::1`), 30)
  t.is(await letThrough(10, (i) => `2001:db8:0:ff${i.toString(16).padStart(2, '0')}::1`), 0)
  t.is(await letThrough(10, () => '2001:db8:1::1'), 5, 'of the next /48 nobody waits')
})

test('58. a known browser waits neither for its address nor for its name, and whose turn comes first is said', async (t) => {
  const { admit, fail } = await openThrottle(t)
  t.like(await admit({ name: 'ada', address: HOME }), { applicant: { standing: 'clean', network: HOME } })
  t.like(await admit({ name: 'ada', address: HOME }), { applicant: { standing: 'other', network: HOME } })
  t.like(await admit({ name: 'bob', address: undefined }), { applicant: { standing: 'other', network: undefined } })
  await fail(3, { name: 'ada', address: HOME })
  t.is((await admit({ name: 'ada', address: HOME })).kind, 'wait')
  const known = { name: 'ada', address: HOME, browser: 'the kitchen' }
  t.like(await admit(known), { kind: 'admitted', applicant: { standing: 'known' } })
  await fail(4, known)
  t.like(await admit(known), { kind: 'wait', by: 'browser' })
})

test('46. all addresses of one IPv6 /64 count as one, and so do both ways of writing an IPv4 address', async (t) => {
  const { admit, fail } = await openThrottle(t)
  for (let host = 1; host <= 5; host++) await fail(1, { name: undefined, address: `2001:db8::${host}` })
  t.is((await admit({ name: undefined, address: '2001:db8::ffff' })).kind, 'wait')
  await fail(1, { name: undefined, address: '2001:db8:0:1::1' })
  await fail(5, { name: undefined, address: `::ffff:${HOME}` })
  t.is((await admit({ name: undefined, address: HOME })).kind, 'wait')
})

test('48. where the address is not known only the name counts, and nobody else waits', async (t) => {
  const { admit, fail } = await openThrottle(t)
  await fail(5, { name: 'ada', address: undefined })
  t.is((await admit({ name: 'ada', address: undefined })).kind, 'wait')
  for (let person = 0; person < 20; person++) await fail(1, { name: `person${person}`, address: undefined })
  await fail(20, { name: undefined, address: undefined })
})

test('46. of any number of attempts at the same time five get through, also in two processes', async (t) => {
  const house = await openThrottle(t)
  const second = await openKeyvStore(house.database, house.environment.now)
  t.teardown(() => second.close())
  const admitThere = signInThrottle(second, house.environment, typedHasher(house.sealer))
  const attempts = Array.from({ length: 40 }, (_, i) => {
    return (i % 2 ? house.admit : admitThere)({ name: 'ada', address: HOME })
  })
  const admitted = (await Promise.all(attempts)).filter(({ kind }) => kind === 'admitted')
  t.is(admitted.length, 5)
})

test('lock-outs outlive a restart', async (t) => {
  const { fail, database, environment, sealer } = await openThrottle(t)
  await fail(5, { name: 'ada', address: HOME })
  const store = await openKeyvStore(database, environment.now)
  t.teardown(() => store.close())
  const admit = signInThrottle(store, environment, typedHasher(sealer))
  t.is((await admit({ name: 'ada', address: undefined })).kind, 'wait')
  t.is((await admit({ name: 'bob', address: HOME })).kind, 'wait')
})

test('a success forgets the failures of the name, but of the address only its own charge', async (t) => {
  const { admit, fail } = await openThrottle(t)
  await fail(4, { name: 'ada', address: HOME })
  await ((await admit({ name: 'ada', address: HOME })) as Admitted).succeed()
  await fail(5, { name: 'ada', address: undefined })
  await fail(1, { name: 'bob', address: HOME })
  t.like(await admit({ name: 'bob', address: HOME }), { kind: 'wait', by: 'address' })
})

test('a charge that is given back leaves the failures of before', async (t) => {
  const { admit, fail } = await openThrottle(t)
  await fail(4, { name: 'ada', address: HOME })
  for (let time = 0; time < 10; time++) await ((await admit({ name: 'ada', address: HOME })) as Admitted).withdraw()
  await fail(1, { name: 'ada', address: HOME })
  t.is((await admit({ name: 'ada', address: undefined })).kind, 'wait')
  t.is((await admit({ name: 'bob', address: HOME })).kind, 'wait')
})

test('many charges and returns at the same time lose none', async (t) => {
  const house = await openThrottle(t)
  const attempt = { name: 'ada', address: HOME }
  await house.fail(2, attempt)
  for (let round = 0; round < 5; round++) {
    const all = await Promise.all(Array.from({ length: 6 }, () => house.admit(attempt)))
    const admitted = all.filter(({ kind }) => kind === 'admitted') as Admitted[]
    t.is(admitted.length, 3)
    await Promise.all(admitted.map(({ withdraw }) => withdraw()))
    t.is((await onlyRow(house, 'name.'))?.at.length, 2)
    t.is((await onlyRow(house, 'address.'))?.at.length, 2)
  }
})

test('who waits is first only once, until another attempt was let through, also of many at once', async (t) => {
  const { admit, fail, environment } = await openThrottle(t)
  const ada = { name: 'ada', address: undefined }
  const waits = async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => admit(ada)))
    return all.filter((one) => one.kind === 'wait' && one.first).length
  }
  await fail(1, ada)
  environment.advance(MINUTE)
  await fail(4, ada)
  t.is(await waits(), 1)
  t.is(await waits(), 0)
  environment.advance(9 * MINUTE)
  await fail(1, ada)
  t.is(await waits(), 1)
  t.is(await waits(), 0)
})

test('a row never holds more than five times, nor a name or an address, and is gone after ten minutes', async (t) => {
  const house = await openThrottle(t)
  for (let time = 0; time < 30; time++) {
    await house.admit({ name: 'ada', address: HOME })
    house.environment.advance(MINUTE / 2)
  }
  const { entries } = await house.store.list('failures', '', undefined, 10)
  t.deepEqual(entries.map(({ id }) => id.split('.')[0]).sort(), ['address', 'name'])
  for (const { id, value } of entries) {
    t.true(value.at.length <= 5)
    t.regex(id, /^(name|address)\.[A-Za-z0-9_-]{43}$/)
  }
  house.environment.advance(10 * MINUTE)
  t.is(await house.store.purgeExpired(house.environment.now(), 10), 2)
})

test('after the clock was set back nobody waits for more than twenty minutes', async (t) => {
  const { admit, fail, environment } = await openThrottle(t)
  const ada = { name: 'ada', address: undefined }
  await fail(5, ada)
  environment.advance(-9 * MINUTE)
  t.like(await admit(ada), { kind: 'wait', seconds: 19 * 60 })
  environment.advance(-1 * MINUTE)
  await fail(5, ada)
})
