import { join } from 'node:path'
import test from 'ava'
import { keyFile, openSealer } from '../../src/secrets/seal.ts'
import { switchSecondFactorOn } from '../../src/users/second-factor.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { Browser, type Page } from '../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode, wordsOn } from '../support/device.ts'
import { ADA, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { openAuthorize } from '../support/linking.ts'
import { codeOf } from '../users/people.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const MINUTE = 60_000

/** Gives Ada an authenticator. @returns what it shows now, or so many steps from now. */
async function giveAuthenticator(house: TestHouse) {
  const { store } = house.prepared
  const sealer = await openSealer(keyFile(join(house.folder, 'data')), house)
  const secret = newTotpSecret(house)
  const shown = (steps = 0) => codeOf(secret, { environment: house }, steps)
  const recoveryCodes = await switchSecondFactorOn({ store, sealer, ...house }, ADA.name, secret, shown())
  house.advance(MINUTE)
  return { shown, recoveryCodes }
}

/** Gives the password. @returns the page that asks for the code. */
async function enterPassword(house: TestHouse, browser: Browser): Promise<Page> {
  return browser.submit(await openAuthorize(house, {}, browser), TYPED)
}

test('after the password the code of the authenticator is asked for, and only then is anything linked', async (t) => {
  const house = await startTestHouse(t)
  const { shown } = await giveAuthenticator(house)
  const browser = new Browser(house)
  const page = await enterPassword(house, browser)
  t.is(page.status, 200)
  t.is(page.location, '')
  t.regex(wordsOn(page), /One more step .*Amazon Alexa.*Code from your authenticator app/)
  t.notRegex(page.text, /type="password"/)
  t.regex((await openAuthorize(house, {}, browser)).text, /type="password"/, 'nobody is signed in yet')
  t.regex(wordsOn(await browser.open('/alexa/sign-out')), /nobody is signed in/)

  const linked = await browser.submit(page, { otp: shown() })
  t.is(linked.status, 303)
  t.regex(new URL(linked.location).searchParams.get('code') ?? '', /^[\w-]{43}$/)
  t.regex(wordsOn(await openAuthorize(house, {}, browser)), /You are signed in as Ada Lovelace/)
  const events = house.events().map(({ event }) => event)
  t.deepEqual(events.slice(-3), ['signed_in', 'consented', 'link_opened'])
})

test('a wrong code is told so and may be corrected, without the password', async (t) => {
  const house = await startTestHouse(t)
  const { shown } = await giveAuthenticator(house)
  const browser = new Browser(house)
  const page = await enterPassword(house, browser)
  for (const otp of ['000000', 'nonsense', shown(-2), shown(2)]) {
    const again = await browser.submit(page, { otp })
    t.is(again.status, 400, otp)
    t.regex(wordsOn(again), /This code is not right/)
    t.notRegex(again.text, new RegExp(otp))
  }
  t.is((await browser.submit(page, { otp: shown(1) })).status, 303)
})

test('a code signs in once: whoever saw it over a shoulder gets nowhere with it', async (t) => {
  const house = await startTestHouse(t)
  const { shown } = await giveAuthenticator(house)
  const [ada, thief] = [new Browser(house), new Browser(house)]
  const [hers, theirs] = [await enterPassword(house, ada), await enterPassword(house, thief)]
  const otp = shown()
  const answers = await Promise.all([ada.submit(hers, { otp }), thief.submit(theirs, { otp })])
  t.deepEqual(answers.map(({ status }) => status).sort(), [303, 400])
  t.is((await thief.submit(await enterPassword(house, thief), { otp })).status, 400)
  house.advance(30_000)
  t.is((await thief.submit(await enterPassword(house, thief), { otp })).status, 400)
  t.is((await ada.submit(await enterPassword(house, ada), { otp: shown() })).status, 303)
})

test('a recovery code does in place of the authenticator, in any spelling, once', async (t) => {
  const house = await startTestHouse(t)
  const { recoveryCodes } = await giveAuthenticator(house)
  const [first = '', second = ''] = recoveryCodes
  const browser = new Browser(house)
  t.is((await browser.submit(await enterPassword(house, browser), { otp: first.toUpperCase() })).status, 303)
  t.true(house.events().some(({ event, detail }) => event === 'recovery_code_used' && detail === '9 left'))
  const another = new Browser(house)
  const page = await enterPassword(house, another)
  t.is((await another.submit(page, { otp: first })).status, 400)
  t.is((await another.submit(page, { otp: second.replaceAll('-', ' ') })).status, 303)
})

test('46. five wrong codes, and even the right one has to wait', async (t) => {
  const house = await startTestHouse(t)
  const { shown } = await giveAuthenticator(house)
  const browser = new Browser(house)
  const page = await enterPassword(house, browser)
  for (let time = 0; time < 5; time++) t.is((await browser.submit(page, { otp: '000000' })).status, 400)
  const waits = await browser.submit(page, { otp: shown() })
  t.is(waits.status, 429)
  t.regex(wordsOn(waits), /Too many codes were wrong/)
  t.regex(String(waits.headers['retry-after']), /^\d+$/)
  t.is((await browser.submit(page, TYPED)).status, 429, 'nor is the password tried')
})

test('five minutes after the password it has to be given again', async (t) => {
  const house = await startTestHouse(t)
  const { shown } = await giveAuthenticator(house)
  const browser = new Browser(house)
  const [page, late] = [await enterPassword(house, browser), new Browser(house)]
  const tooLate = await enterPassword(house, late)
  house.advance(5 * MINUTE - 1)
  t.is((await browser.submit(page, { otp: shown() })).status, 303)
  house.advance(1)
  const again = await late.submit(tooLate, { otp: shown(1) })
  t.is(again.status, 400)
  t.regex(wordsOn(again), /That took too long\. Sign in once more/)
  t.regex(again.text, /type="password"/)
})

test('the code alone is nothing, in a browser where no password was given', async (t) => {
  const house = await startTestHouse(t)
  const { shown } = await giveAuthenticator(house)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const refused = await browser.submit(page, { otp: shown() })
  t.is(refused.status, 400)
  t.regex(refused.text, /type="password"/)
  t.is((await browser.submit(page, { ...TYPED, otp: shown() })).status, 400, 'nor with the password beside it')
})

test('a device is connected with the second factor too', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const { shown } = await giveAuthenticator(house)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const page = await browser.submit(await typeCode(browser, device.user_code), TYPED)
  t.regex(wordsOn(page), /One more step .*Kitchen speaker/)
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  t.regex(wordsOn(await browser.submit(page, { otp: shown() })), /is connected/)
  t.is((await poll(house, device)).status, 200)
})
