import test from 'ava'
import { addUser, changePassword, disableUser, enableUser } from '../../src/users/users.ts'
import { ADA, codeOf, enter, giveSecondFactor, HOME, MINUTE, openPeople, type People } from './people.ts'

const BOB = { name: 'bob', displayName: 'Bob', password: 'a password of his own' }
const KNOWN =
  /^__Host-skillgate-known=[\w-]{22}\.[\w-]{22}\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000$/

type Outcome = Awaited<ReturnType<typeof enter>>

/** What the browser keeps when its session is over. */
function known(outcome: Outcome): string {
  const cookies = outcome.kind === 'signed-in' ? outcome.cookies : []
  return cookies[1]?.split(';')[0] ?? ''
}

let strangers = 0

/** Somebody who has many addresses types wrong passwords. */
async function lockOut(house: People, cookies?: string, name = 'ada'): Promise<string[]> {
  const kinds: string[] = []
  for (let time = 0; time < 5; time++) {
    const address = `198.51.100.${strangers++ % 256}`
    kinds.push((await enter(house, { name, password: 'wrong', cookies, address })).kind)
  }
  return kinds
}

const FIVE_WRONG = Array<string>(5).fill('wrong')

test('who signs in gets a cookie that only this host can set and no script can read, another one each time', async (t) => {
  const house = await openPeople(t)
  const cookies = []
  for (let time = 0; time < 2; time++) {
    const outcome = await enter(house)
    cookies.push(...(outcome.kind === 'signed-in' ? outcome.cookies.slice(1) : []))
  }
  t.is(new Set(cookies).size, 2)
  for (const cookie of cookies) t.regex(cookie, KNOWN)
})

test('46. strangers who lock out a name do not lock out a browser in which that person has signed in', async (t) => {
  const house = await openPeople(t)
  const cookies = known(await enter(house))
  for (let round = 0; round < 3; round++) {
    t.deepEqual(await lockOut(house), FIVE_WRONG)
    t.is((await enter(house)).kind, 'wait', 'in another browser she waits')
    t.is((await enter(house, { cookies: `a=b; ${cookies}` })).kind, 'signed-in')
    t.is((await enter(house)).kind, 'wait', 'and that gives the strangers nothing back')
    house.environment.advance(10 * MINUTE)
  }
})

test('46. a known browser has five tries in ten minutes of its own, and fails for nobody else', async (t) => {
  const house = await openPeople(t)
  const [one, two] = [known(await enter(house)), known(await enter(house))]
  t.deepEqual(await lockOut(house, one), FIVE_WRONG)
  t.deepEqual(await enter(house, { cookies: one }), { kind: 'wait', seconds: 600 })
  t.like(house.events.at(-1), { event: 'locked_out', user: 'ada', detail: 'too many failures of this browser' })
  t.is((await enter(house, { cookies: two })).kind, 'signed-in')
  t.is((await enter(house)).kind, 'signed-in')
  house.environment.advance(10 * MINUTE)
  t.is((await enter(house, { cookies: one })).kind, 'signed-in')
})

test('58. a known browser does not wait for others of its address, but for another name it is as any', async (t) => {
  const house = await openPeople(t)
  await addUser(house.store, house.environment, BOB)
  const cookies = known(await enter(house))
  for (const name of ['a', 'b', 'c', 'd', 'e']) await enter(house, { name })
  t.is((await enter(house)).kind, 'wait')
  t.is((await enter(house, { ...BOB, cookies })).kind, 'wait')
  t.is((await enter(house, { cookies })).kind, 'signed-in')
})

test('46. the cookie of somebody else gives no more tries, nor does one that was made up or is there twice', async (t) => {
  const house = await openPeople(t)
  await addUser(house.store, house.environment, BOB)
  const mine = known(await enter(house))
  const ofBob = known(await enter(house, BOB))
  const [name, id, state, proof] = mine.split(/[=.]/) as [string, string, string, string]
  t.deepEqual(await lockOut(house), FIVE_WRONG)
  for (const cookies of [
    ofBob,
    `${name}=${'A'.repeat(22)}.${state}.${proof}`,
    `${name}=${id}.${'A'.repeat(22)}.${proof}`,
    `${name}=${id}.${state}.${'A'.repeat(43)}`,
    `${name}=${id}.${proof}`,
    `${name}=${id}.`,
    `${name}=${id}`,
    `${name}=`,
    `${mine}; ${mine}`,
    mine.toLowerCase(),
    `${mine}A`,
  ]) {
    t.is((await enter(house, { cookies })).kind, 'wait', cookies)
  }
  t.is((await enter(house, { cookies: mine })).kind, 'signed-in')
})

test('46. the cookie of a name that is locked out does not show whether anybody has it', async (t) => {
  const house = await openPeople(t)
  const cookies = known(await enter(house))
  t.deepEqual(await lockOut(house, cookies, 'nobody'), FIVE_WRONG)
  t.is((await enter(house, { name: 'nobody', cookies })).kind, 'wait')
})

test('another password makes a browser unknown, and so does having been disabled', async (t) => {
  for (const change of [
    ({ store, environment }: People) => changePassword(store, environment, ADA.name, 'another good password'),
    async ({ store }: People) => {
      await disableUser(store, ADA.name)
      await enableUser(store, ADA.name)
    },
  ]) {
    const house = await openPeople(t)
    const cookies = known(await enter(house))
    await change(house)
    t.deepEqual(await lockOut(house), FIVE_WRONG)
    t.is((await enter(house, { cookies })).kind, 'wait')
  }
})

test('a browser is known only after the second factor, and then does not wait for strangers there either', async (t) => {
  const house = await openPeople(t)
  const { secret } = await giveSecondFactor(house)
  const finish = async (cookies?: string) => {
    const half = await enter(house, { cookies })
    t.is(half.kind, 'second-factor')
    t.is(known(half), '')
    const session = half.kind === 'second-factor' ? half.cookie.split(';')[0] : ''
    await lockOut(house)
    return house.people.checkSecondFactor({
      cookies: [session, cookies ?? ''].join('; '),
      code: codeOf(secret, house),
      address: HOME,
    })
  }
  t.is((await finish()).kind, 'wait')
  house.environment.advance(10 * MINUTE)
  const half = await enter(house)
  const cookies = half.kind === 'second-factor' ? half.cookie.split(';')[0] : ''
  const whole = await house.people.checkSecondFactor({ cookies, code: codeOf(secret, house), address: HOME })
  t.regex(known(whole), /^__Host-skillgate-known=/)
  house.environment.advance(MINUTE)
  t.is((await finish(known(whole))).kind, 'signed-in')
})

test('49. neither the id of a browser nor what proves it is in the database', async (t) => {
  const house = await openPeople(t)
  const cookies = known(await enter(house))
  await lockOut(house, cookies)
  const { entries } = await house.store.list('failures', 'browser.', undefined, 10)
  t.is(entries.length, 1)
  for (const part of cookies.split(/[=.]/).slice(1)) t.false(JSON.stringify(entries).includes(part))
})
