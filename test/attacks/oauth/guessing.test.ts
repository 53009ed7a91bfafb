import test, { type ExecutionContext } from 'ava'
import { addUser } from '../../../src/users/users.ts'
import { Browser, type Page } from '../../support/browser.ts'
import { ADA, restart, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'
import { skillgate } from '../../support/process.ts'

const BOB = { name: 'bob', displayName: 'Bob', password: 'a password of his own' }
const WAIT = 600_000

/** A house with two users, behind a proxy that is trusted. */
async function behindProxy(t: ExecutionContext): Promise<TestHouse> {
  const house = await startTestHouse(t, ({ listen }) => Object.assign(listen, { trusted_proxies: ['127.0.0.1'] }))
  await addUser(house.prepared.store, house, BOB)
  return house
}

/** Signs in from an address that the proxy tells, or from one that it doesn't. */
async function signIn(
  house: TestHouse,
  { name, password }: { name: string; password: string },
  forwardedFor?: string,
): Promise<Page> {
  const browser = new Browser(house, forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor })
  return browser.submit(await openAuthorize(house, {}, browser), { username: name, password })
}

function checkWaits(t: ExecutionContext, { status, headers, text, location }: Page): void {
  t.is(status, 429)
  t.regex(String(headers['retry-after']), /^[1-9]\d*$/)
  t.true(Number(headers['retry-after']) <= WAIT / 1000)
  t.regex(text, /role="alert"/)
  t.is(location, '')
}

test('46. the sixth attempt within ten minutes waits, however the name is spelled, with the right password too', async (t) => {
  const house = await startTestHouse(t)
  for (const name of ['ada', 'ADA', 'Ada', ' ada ', 'aDA']) {
    t.is((await signIn(house, { name, password: 'wrong' })).status, 400, name)
  }
  checkWaits(t, await signIn(house, { ...ADA, name: 'adA' }))
  house.advance(WAIT - 1)
  checkWaits(t, await signIn(house, ADA))
  house.advance(1)
  t.is((await signIn(house, ADA)).status, 303)
  const happened = house.events().filter(({ event }) => event === 'locked_out')
  t.is(happened.length, 1, 'the audit file says it once')
  t.like(happened[0], { address: '127.0.0.1', user: 'ada' })
})

test('46. five failures of one name count from wherever they come, and nobody else waits for them', async (t) => {
  const house = await behindProxy(t)
  for (let i = 1; i <= 5; i++) {
    t.is((await signIn(house, { ...ADA, password: 'wrong' }, `192.0.2.${i}`)).status, 400)
  }
  checkWaits(t, await signIn(house, ADA, '192.0.2.6'))
  t.is((await signIn(house, BOB, '192.0.2.6')).status, 303)
})

test('46. somebody whose name strangers have locked out signs in where she has signed in before, after days too', async (t) => {
  const house = await behindProxy(t)
  const known = new Browser(house, { 'x-forwarded-for': '192.0.2.6' })
  const signInThere = async () =>
    known.submit(await openAuthorize(house, { prompt: 'login' }, known), { username: ADA.name, password: ADA.password })
  t.is((await signInThere()).status, 303)
  house.advance(30 * 86_400_000)
  for (let i = 1; i <= 5; i++) {
    t.is((await signIn(house, { ...ADA, password: 'wrong' }, `198.51.100.${i}`)).status, 400)
  }
  checkWaits(t, await signIn(house, ADA, '192.0.2.6'))
  t.is((await signInThere()).status, 303)
})

test('46. five failures from one address count whatever the names, and nobody else waits for them', async (t) => {
  const house = await behindProxy(t)
  for (let i = 1; i <= 5; i++) {
    t.is((await signIn(house, { name: `user${i}`, password: 'wrong' }, '192.0.2.1')).status, 400)
  }
  checkWaits(t, await signIn(house, ADA, '192.0.2.1'))
  checkWaits(t, await signIn(house, ADA, '198.51.100.7, 192.0.2.1'))
  t.is((await signIn(house, ADA, '192.0.2.2')).status, 303)
})

test('46. a restart forgets no failure', async (t) => {
  const house = await startTestHouse(t)
  for (let time = 0; time < 5; time++) await signIn(house, { ...ADA, password: 'wrong' })
  const again = await restart(t, house)
  checkWaits(t, await signIn(again, ADA))
  house.advance(WAIT)
  t.is((await signIn(again, ADA)).status, 303)
})

test('48. behind a trusted proxy that tells addresses, whoever guesses waits alone', async (t) => {
  const house = await behindProxy(t)
  for (let i = 0; i < 8; i++) await signIn(house, { name: `nobody${i}`, password: 'wrong' }, '192.0.2.66')
  checkWaits(t, await signIn(house, BOB, '192.0.2.66'))
  for (const address of ['192.0.2.67', '2001:db8::1']) {
    t.is((await signIn(house, ADA, address)).status, 303, address)
    t.is((await signIn(house, BOB, address)).status, 303, address)
  }
})

test('48. what a client writes into X-Forwarded-For itself makes it nobody else', async (t) => {
  const house = await behindProxy(t)
  for (let i = 0; i < 5; i++) {
    await signIn(house, { name: `nobody${i}`, password: 'wrong' }, `198.51.100.${i}, 192.0.2.66`)
  }
  checkWaits(t, await signIn(house, ADA, '198.51.100.99, 192.0.2.66'))
  t.is((await signIn(house, ADA, '192.0.2.66, 198.51.100.1')).status, 303, 'that of a victim is not locked')

  const direct = await startTestHouse(t)
  for (let i = 0; i < 5; i++) await signIn(direct, { name: `nobody${i}`, password: 'wrong' }, `198.51.100.${i}`)
  checkWaits(t, await signIn(direct, ADA, '198.51.100.99'))
})

test('48. behind a trusted proxy that tells no addresses nobody locks out everybody', async (t) => {
  const house = await behindProxy(t)
  for (let i = 0; i < 8; i++) await signIn(house, { name: `nobody${i}`, password: 'wrong' })
  t.is((await signIn(house, ADA)).status, 303)
  for (let i = 0; i < 5; i++) await signIn(house, { ...ADA, password: 'wrong' })
  checkWaits(t, await signIn(house, ADA))
  t.is((await signIn(house, BOB)).status, 303)
})

test('58. the phone that links for the first time links with a code of the owner, whatever strangers do', async (t) => {
  const house = await behindProxy(t)
  for (let i = 1; i <= 5; i++) await signIn(house, { ...ADA, password: 'wrong' }, `198.51.100.${i}`)
  const phone = new Browser(house, { 'x-forwarded-for': '192.0.2.6' })
  const [username, password] = [ADA.name, ADA.password]
  const locked = await phone.submit(await openAuthorize(house, {}, phone), { username, password })
  checkWaits(t, locked)
  t.regex(locked.text, /<input id="unlock" name="unlock"/)

  const made = await skillgate(['user', 'unlock', 'Ada', '--code', '--config', house.configFile])
  const code = /^A code for ada, good once and for ten minutes: {2}([B-Z]{4}-[B-Z]{4})$/m.exec(made.stdout)?.[1] ?? ''
  const mistyped = await phone.submit(locked, { username, password, unlock: 'BBBB-BBBB' })
  t.is(mistyped.status, 400)
  t.regex(mistyped.text, /The code to try at once is not right/)
  const linked = await phone.submit(mistyped, { username, password, unlock: code })
  t.is(linked.status, 303)
  t.regex(linked.location, /[?&]code=/)
  checkWaits(t, await signIn(house, ADA, '192.0.2.7'))
})

test('58. the owner ends the lock-out of a name, and of an address, while the gateway runs', async (t) => {
  const house = await behindProxy(t)
  const unlock = (...words: string[]) => skillgate(['user', 'unlock', ...words, '--config', house.configFile])
  for (let i = 1; i <= 5; i++) await signIn(house, { ...ADA, password: 'wrong' }, `198.51.100.${i}`)
  checkWaits(t, await signIn(house, ADA, '192.0.2.6'))
  t.regex((await unlock('ADA')).stdout, /^ada may try again/)
  t.is((await signIn(house, ADA, '192.0.2.6')).status, 303)

  for (let i = 1; i <= 5; i++) await signIn(house, { ...BOB, name: `n${i}` }, `2001:db8::${i}`)
  checkWaits(t, await signIn(house, BOB, '2001:db8::9'))
  t.regex((await unlock('--address', '2001:DB8:0:0::7')).stdout, /^2001:DB8:0:0::7 may try again/)
  t.is((await signIn(house, BOB, '2001:db8::9')).status, 303)
  const unlocked = house.events().filter(({ event }) => event === 'unlocked')
  t.like(unlocked, [
    { user: 'ada', detail: 'by the command' },
    { address: '2001:DB8:0:0::7', detail: 'by the command' },
  ])
})
