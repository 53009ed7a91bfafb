import test from 'ava'
import { addUser, listUsers, UserError } from '../../../src/users/users.ts'
import { Browser } from '../../support/browser.ts'
import { testEnvironment } from '../../support/environment.ts'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'

/** What might be taken for `ada` by somebody's eyes, or by software that folds letters. */
const LOOK_ALIKES = [
  'ᴬda',
  'аda',
  'adа',
  'ａｄａ',
  'Ⓐda',
  'ådå',
  'a\u0301da',
  'a\u200dda',
  'ada\u200b',
  '\u202eada',
  '\u00adada',
  'ada\0',
  'a da',
  'ada\nx',
  'a/da',
  'ada%20',
  '%61da',
  'ada+',
  "ada'--",
  '',
]

test('50. a look-alike of a user name can neither sign in nor be added', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  for (const name of LOOK_ALIKES) {
    const { status, headers } = await browser.submit(page, { username: name, password: ADA.password })
    t.is(status, 400, JSON.stringify(name))
    t.is(headers.location, undefined)
    await t.throwsAsync(addUser(house.prepared.store, testEnvironment(), { ...ADA, name }), { instanceOf: UserError })
    // Else the throttle would refuse them, and nothing would be proven.
    house.advance(600_000)
  }
  t.is((await listUsers(house.prepared.store)).length, 1)
})

test('50. a name signs in in upper and lower case, and with the space that a phone adds', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  for (const username of ['ada', 'Ada', 'ADA', 'ada ']) {
    t.is((await browser.submit(page, { username, password: ADA.password })).status, 303, username)
  }
  await t.throwsAsync(addUser(house.prepared.store, testEnvironment(), { ...ADA, name: 'ADA' }), {
    message: 'There is already a user called ada.',
  })
})

test('50. a password is taken as it was typed: neither its case nor the space around it is forgiven', async (t) => {
  const house = await startTestHouse(t)
  const password = ' Pässwörd 東京 🎵 +%26& '
  await addUser(house.prepared.store, testEnvironment(), { name: 'bob', password })
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  for (const wrong of [password.trim(), password.toLowerCase(), password.toUpperCase(), `${password}\0`]) {
    t.is((await browser.submit(page, { username: 'bob', password: wrong })).status, 400, wrong)
  }
  t.is((await browser.submit(page, { username: 'bob', password })).status, 303)
})
