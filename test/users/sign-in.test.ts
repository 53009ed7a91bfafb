import test from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import type { Applicant, ReservedSlots } from '../../src/limits/reserved-slots.ts'
import { TooBusyError } from '../../src/limits/too-busy-error.ts'
import type { ResourceOwners } from '../../src/oauth/resource-owners.ts'
import type { Store } from '../../src/store/store.ts'
import { openSignIn } from '../../src/users/sign-in.ts'
import { addUser, disableUser } from '../../src/users/users.ts'
import { watchPasswordHashings } from '../support/password-hashings.ts'
import { ADA, cookieOf, enter, giveSecondFactor, HOME, openPeople, type People } from './people.ts'

test.serial('the authorization server finds in it what it asks of resource owners', async (t) => {
  const owners: ResourceOwners = (await openPeople(t)).people
  t.deepEqual(Object.keys(owners).sort(), ['checkPassword', 'checkSecondFactor', 'endSession', 'findSession'])
})

test.serial('the right password signs in, under any spelling of the name, with a new session each time', async (t) => {
  const house = await openPeople(t)
  const cookies = new Set<string>()
  for (const name of ['ada', 'ADA', ' Ada ']) {
    const outcome = await enter(house, { name })
    t.like(outcome, { kind: 'signed-in', user: house.ada })
    cookies.add(cookieOf(outcome))
    t.like(await house.people.findSession(cookieOf(outcome)), { user: house.ada })
  }
  t.is(cookies.size, 3)
  t.deepEqual(house.events, Array(3).fill({ event: 'signed_in', user: 'ada', address: HOME }))
})

test.serial('a wrong password, an unknown name and a disabled user get the same answer', async (t) => {
  const house = await openPeople(t)
  t.deepEqual(await enter(house, { password: 'wrong' }), { kind: 'wrong' })
  t.deepEqual(await enter(house, { name: 'bob' }), { kind: 'wrong' })
  t.deepEqual(await enter(house, { name: 'ᴬda' }), { kind: 'wrong' })
  await disableUser(house.store, 'ada')
  t.deepEqual(await enter(house), { kind: 'wrong' })
})

test.serial('what failed is noted, but a name that nobody has is written nowhere: it may be a password', async (t) => {
  const house = await openPeople(t)
  for (const [name, password] of [
    ['ADA', 'wrong'],
    ['hunter2.hunter2', 'ada'],
    ['correct horse battery', 'ada'],
  ] as const) {
    await enter(house, { name, password })
  }
  await disableUser(house.store, 'ada')
  await enter(house)
  const failed = { event: 'sign_in_failed', address: HOME }
  t.deepEqual(house.events as object[], [
    { ...failed, user: 'ada', detail: 'wrong password' },
    { ...failed, detail: 'unknown name' },
    { ...failed, detail: 'unknown name' },
    { ...failed, user: 'ada', detail: 'disabled' },
  ])
})

test.serial('49. neither cookies nor passwords nor names that nobody has are in the database', async (t) => {
  const house = await openPeople(t)
  const cookie = cookieOf(await enter(house))
  await enter(house, { name: 'hunter2.hunter2', password: 'wrong password' })
  const kinds = ['session', 'failures', 'user'] as const
  const pages = await Promise.all(kinds.map((kind) => house.store.list(kind, '', undefined, 100)))
  const dump = JSON.stringify(pages)
  t.true(dump.includes(house.ada.id))
  for (const secret of [cookie.split('=')[1]!, ADA.password, 'hunter2.hunter2', 'wrong password', HOME]) {
    t.false(dump.includes(secret), secret)
  }
})

test.serial('47. whoever the name belongs to, a failure costs one hashing, and a wait none', async (t) => {
  const house = await openPeople(t)
  const { store } = house
  await store.put('user', 'eve', { ...house.ada, name: 'eve', id: 'e'.repeat(24), disabled: true })
  const cost = async (name: string, password: string) => {
    const watch = watchPasswordHashings()
    const { kind } = await house.people.checkPassword({ name, password, cookies: undefined, address: undefined })
    watch.stop()
    return [kind, watch.started()]
  }
  for (const name of ['ada', 'bob', 'eve', 'no name', 'x'.repeat(100)]) {
    for (let time = 0; time < 5; time++) t.deepEqual(await cost(name, 'wrong password'), ['wrong', 1], name)
  }
  t.deepEqual(await cost('eve', ADA.password), ['wait', 0])
  t.deepEqual(await cost('ada', ADA.password), ['wait', 0])
  t.deepEqual(await cost('bob', 'wrong'), ['wait', 0])
})

test.serial('47. whoever the name belongs to, a failure asks the store for the same', async (t) => {
  const house = await openPeople(t)
  await house.store.put('user', 'eve', { ...house.ada, name: 'eve', id: 'e'.repeat(24), disabled: true })
  const { people, callsOf } = await watchStore(house)
  const costs: string[][] = []
  for (const [i, name] of ['ada', 'bob', 'eve'].entries()) {
    const attempt = { name, password: 'wrong password', address: `192.0.2.${i}` }
    costs.push(await callsOf(() => enter({ people }, attempt)))
  }
  t.true(costs[0]!.length > 4)
  t.deepEqual(costs[1], costs[0])
  t.deepEqual(costs[2], costs[0])
})

/** The same people, and what of the store they ask for. */
async function watchStore(house: People) {
  let calls: string[] = []
  const store = new Proxy(house.store, {
    get:
      (target, method: keyof Store) =>
      (kind: never, ...rest: never[]) => {
        calls.push(`${method} ${kind}`)
        return (target[method] as (...words: never[]) => unknown)(kind, ...rest)
      },
  })
  const people = await openSignIn({ ...house, store })
  async function callsOf(attempt: () => Promise<unknown>): Promise<string[]> {
    calls = []
    await attempt()
    return calls
  }
  return { people, callsOf }
}

const MADE_UP = `__Host-skillgate-known=${'A'.repeat(22)}.${'B'.repeat(22)}.${'C'.repeat(43)}`

test.serial('59. an address that waits learns nothing of a name, with a made-up cookie or code neither', async (t) => {
  const house = await openPeople(t)
  const { people, callsOf } = await watchStore(house)
  for (let time = 0; time < 6; time++) await enter({ people }, { name: `n${time}`, password: 'wrong' })
  await enter({ people }, { unlockCode: 'BBBB-BBBB' })
  const hashings = watchPasswordHashings()
  for (const more of [{}, { cookies: MADE_UP }, { unlockCode: 'BBBB-BBBB' }, { unlockCode: 'no code' }]) {
    const costs: string[][] = []
    for (const name of ['ada', 'bob', 'no name']) {
      costs.push(await callsOf(() => enter({ people }, { name, ...more })))
    }
    t.deepEqual(costs[1], costs[0], JSON.stringify(more))
    if (!('unlockCode' in more)) t.deepEqual(costs, Array(3).fill(['get failures']), JSON.stringify(more))
  }
  hashings.stop()
  t.is(hashings.started(), 0)
})

test.serial('59. where the address does not wait, a made-up cookie costs the same whoever has the name', async (t) => {
  const house = await openPeople(t)
  const { people, callsOf } = await watchStore(house)
  const costs: string[][] = []
  for (const [i, name] of ['ada', 'bob'].entries()) {
    for (let time = 0; time < 7; time++) {
      const attempt = { name, password: 'wrong', cookies: MADE_UP, address: `192.0.2.${10 * i + time}` }
      costs.push(await callsOf(() => enter({ people }, attempt)))
    }
  }
  t.deepEqual(costs.slice(7), costs.slice(0, 7))
})

test.serial('58. while thirty addresses and an IPv6 /48 guess, everybody of the house signs in', async (t) => {
  const house = await openPeople(t)
  const known = await enter(house)
  const cookies = known.kind === 'signed-in' ? known.cookies[1]!.split(';')[0] : undefined
  for (const name of ['bob', 'eve']) await addUser(house.store, house.environment, { ...ADA, name })
  const hashings = watchPasswordHashings()
  let over = false
  const guess = async (address: string, loop: number) => {
    for (let i = 0; i < 40 && !over; i++) {
      const name = `n${loop}.${i}.${address.replaceAll(':', '-')}`
      const tried = enter(house, { name, password: 'wrong', address })
      await tried.catch((error) => t.true(error instanceof TooBusyError))
    }
  }
  const addresses = [
    ...Array.from({ length: 30 }, (_, i) => `198.51.100.${i}`),
    ...Array.from({ length: 20 }, (_, i) => `2001:db8:0:${i.toString(16)}::1`),
  ]
  const guesses = addresses.flatMap((address) => [0, 1, 2].map((loop) => guess(address, loop)))
  while (hashings.started() < 10) await new Promise(setImmediate)
  const honest = [
    ...Array.from({ length: 5 }, () => ({ name: 'ada', cookies, address: '198.51.100.1' })),
    { name: 'bob', address: '203.0.113.1' },
    { name: 'bob', address: '2001:db8:1::1' },
    { name: 'eve', address: '203.0.113.2' },
  ]
  for (const one of honest) t.is((await enter(house, one)).kind, 'signed-in', JSON.stringify(one))
  over = true
  await Promise.all(guesses)
  t.true(hashings.most() <= 2)
  hashings.stop()
})

test.serial(
  '58. a password waits for its turn as somebody who is known, of whom nothing is, or who failed before',
  async (t) => {
    const house = await openPeople(t)
    const applicants: Applicant[] = []
    const slots: ReservedSlots = {
      run(applicant, work) {
        applicants.push(applicant)
        return work()
      },
    }
    const people = await openSignIn({ ...house, slots })
    const signedIn = await enter({ people })
    const cookies = signedIn.kind === 'signed-in' ? signedIn.cookies[1]!.split(';')[0] : undefined
    await enter({ people }, { cookies })
    await enter({ people }, { password: 'wrong', address: '2001:db8::1' })
    await enter({ people }, { password: 'wrong', address: '2001:db8::2' })
    await enter({ people }, { password: 'wrong', address: undefined })
    t.deepEqual(applicants, [
      { standing: 'clean', network: HOME },
      { standing: 'known' },
      { standing: 'clean', network: '2001:db8:0::/48' },
      { standing: 'other', network: '2001:db8:0::/48' },
      { standing: 'other', network: undefined },
    ])
  },
)

test.serial('47. a disabled user with the right password costs what a wrong one does', async (t) => {
  const house = await openPeople(t)
  await disableUser(house.store, 'ada')
  const watch = watchPasswordHashings()
  t.deepEqual(await enter(house), { kind: 'wrong' })
  watch.stop()
  t.is(watch.started(), 1)
})

test.serial('who signs out is signed out, there alone, and that is noted once', async (t) => {
  const house = await openPeople(t)
  const [here, there] = [cookieOf(await enter(house)), cookieOf(await enter(house))]
  house.events.length = 0
  const forget = '__Host-skillgate-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'
  for (const cookies of [here, here, undefined, 'nonsense']) t.is(await house.people.endSession(cookies, HOME), forget)
  t.is(await house.people.findSession(here), undefined)
  t.truthy(await house.people.findSession(there))
  t.deepEqual(house.events as object[], [{ event: 'signed_out', user: 'ada', address: HOME }])
})

test.serial('who leaves between password and code leaves nothing behind', async (t) => {
  const house = await openPeople(t)
  await giveSecondFactor(house)
  const cookies = cookieOf(await enter(house))
  await house.people.endSession(cookies, HOME)
  t.is((await house.store.list('session', '', undefined, 10)).entries.length, 0)
  t.deepEqual(house.events as object[], [{ event: 'second_factor_asked', user: 'ada', address: HOME }])
})

test.serial(
  '58. whom the machine is too busy for is told so: that is no failure of the name, but counts for the address',
  async (t) => {
    const house = await openPeople(t)
    const attempt = (i: number) => ({ name: `n${i}`, password: 'wrong', address: `192.0.2.${i}` })
    const results = await Promise.allSettled(Array.from({ length: 80 }, (_, i) => enter(house, attempt(i))))
    const busy = results.flatMap((result, i) => (result.status === 'rejected' ? [{ i, reason: result.reason }] : []))
    t.true(busy.length > 0)
    for (const { i, reason } of busy.slice(0, 2)) {
      t.true(reason instanceof TooBusyError)
      for (let time = 0; time < 4; time++) t.is((await enter(house, attempt(i))).kind, 'wrong')
      t.is((await enter(house, attempt(i))).kind, 'wait', 'the address has had five')
      t.is((await enter(house, { ...attempt(i), address: undefined })).kind, 'wrong', 'the name has had four')
    }
  },
)

test.serial('while the store fails nobody is signed in, turned away or signed out', async (t) => {
  const house = await openPeople(t)
  const cookie = cookieOf(await enter(house))
  await house.store.close()
  const failing = { instanceOf: StorageError }
  await t.throwsAsync(enter(house), failing)
  await t.throwsAsync(house.people.findSession(cookie), failing)
  await t.throwsAsync(house.people.checkSecondFactor({ cookies: cookie, code: '123456', address: HOME }), failing)
  await t.throwsAsync(house.people.endSession(cookie, HOME), failing)
})
