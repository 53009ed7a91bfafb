import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { keyFile, openSealer } from '../../src/secrets/seal.ts'
import { switchSecondFactorOn } from '../../src/users/second-factor.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { replaceUser, requireUser } from '../../src/users/users.ts'
import { Browser, type Page } from '../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode, wordsOn } from '../support/device.ts'
import { ADA, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { exchange, openAuthorize, refresh } from '../support/linking.ts'
import { accountOf, startAccountsHouse } from '../support/music-accounts.ts'
import { codeOf } from '../users/people.ts'

const TYPED = { username: ADA.name, password: ADA.password }

const codeIn = ({ location }: Page) => new URL(location).searchParams.get('code') ?? ''
const countOf = (house: TestHouse, name: string) => house.events().filter(({ event }) => event === name).length

/** Gives Ada an authenticator. @returns what it shows now. */
async function giveAuthenticator(house: TestHouse): Promise<() => string> {
  const { store } = house.prepared
  const sealer = await openSealer(keyFile(join(house.folder, 'data')), house)
  const secret = newTotpSecret(house)
  const shown = () => codeOf(secret, { environment: house })
  await switchSecondFactorOn({ store, sealer, ...house }, ADA.name, secret, shown())
  house.advance(60_000)
  return shown
}

type Press = () => Promise<Page>

const WAYS: Record<string, (press: Press) => Promise<Page[]>> = {
  'at once': (press) => Promise.all([press(), press(), press()]),
  'one after the other': async (press) => [await press(), await press(), await press()],
}

/** What three presses of the same button get is one and the same code, which is good, and nobody has failed. */
async function showOneCode(t: ExecutionContext, house: TestHouse, pages: Page[]): Promise<void> {
  t.deepEqual(
    pages.map(({ status }) => status),
    [303, 303, 303],
  )
  t.is(new Set(pages.map(({ location }) => location)).size, 1)
  const codes = (await house.prepared.store.list('code', '', undefined, 10)).entries
  t.is(codes.filter(({ value }) => value.client === 'amazon-alexa').length, 1)
  t.is(house.events().filter(({ event, client }) => event === 'consented' && client === 'amazon-alexa').length, 1)
  t.is(countOf(house, 'sign_in_failed'), 0)
  const { json } = await exchange(house, codeIn(pages[0]!))
  t.is((await refresh(house, json.refresh_token)).status, 200)
}

for (const [name, press] of Object.entries(WAYS)) {
  test(`Approve pressed three times ${name} with a password gives one code, and one sign-in`, async (t) => {
    const house = await startTestHouse(t)
    const browser = new Browser(house)
    const page = await openAuthorize(house, {}, browser)
    await showOneCode(t, house, await press(() => browser.submit(page, TYPED)))
    t.is(countOf(house, 'signed_in'), 1)
    t.regex(wordsOn(await openAuthorize(house, {}, browser)), /You are signed in as Ada Lovelace/)
  })

  test(`Approve pressed three times ${name} with a code of the authenticator uses it once`, async (t) => {
    const house = await startTestHouse(t)
    const shown = await giveAuthenticator(house)
    const browser = new Browser(house)
    const page = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
    const otp = shown()
    await showOneCode(t, house, await press(() => browser.submit(page, { otp })))
    t.regex(wordsOn(await openAuthorize(house, {}, browser)), /You are signed in as Ada Lovelace/)

    const elsewhere = new Browser(house)
    const next = await elsewhere.submit(await openAuthorize(house, {}, elsewhere), TYPED)
    t.regex(wordsOn(await elsewhere.submit(next, { otp })), /This code is not right/, 'it stays used')
  })

  test(`Approve pressed three times ${name} by somebody who is signed in gives one code`, async (t) => {
    const house = await startTestHouse(t)
    const browser = new Browser(house)
    await browser.submit(await openAuthorize(house, { client_id: 'other' }, browser), TYPED)
    const page = await openAuthorize(house, {}, browser)
    t.notRegex(page.text, /type="password"/)
    await showOneCode(t, house, await press(() => browser.submit(page, {})))
  })

  test(`an administrator who presses three times ${name} is asked once, and has one code and one token`, async (t) => {
    const house = await startAccountsHouse(t)
    const { username, password } = accountOf(house, 'admin')
    const browser = new Browser(house)
    const page = await openAuthorize(house, {}, browser)
    const questions = await press(() => browser.submit(page, { username, password }))
    t.is(new Set(questions.map(({ text }) => text)).size, 1)
    t.regex(wordsOn(questions[0]!), /This account may do everything/)
    await showOneCode(t, house, await press(() => browser.submit(questions[0]!, {})))
    t.is((await house.prepared.store.list('upstream-token', '', undefined, 10)).entries.length, 1)
  })

  test(`Approve pressed three times ${name} for a device says each time that it is connected`, async (t) => {
    const house = await startTestHouse(t, addKitchen)
    const device = await startDevice(house)
    const browser = new Browser(house)
    const page = await typeCode(browser, device.user_code)
    const pages = await press(() => browser.submit(page, TYPED))
    for (const { status, text } of pages) {
      t.is(status, 200)
      t.regex(text, /Kitchen speaker is connected/)
    }
    t.is(countOf(house, 'consented'), 1)
    t.is((await poll(house, device)).status, 200)
  })
}

test('only the very same press gets the same code: other fields, another page and another browser do not', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const codes = new Set([codeIn(await browser.submit(page, TYPED))])
  codes.add(codeIn(await browser.submit(page, { ...TYPED, unlock: '' })))
  codes.add(codeIn(await browser.submit({ ...page, hidden: { ...page.hidden, more: '' } }, TYPED)))
  const anew = new Browser(house)
  codes.add(codeIn(await anew.submit(await openAuthorize(house, {}, anew), TYPED)))
  t.is(codes.size, 4)
  t.is((await new Browser(house).submit(page, TYPED)).status, 403, 'without the cookie it is no press at all')
  t.is((await anew.submit(page, TYPED)).status, 403)
  const wrong = await browser.submit(page, { ...TYPED, password: 'not the right one' })
  t.is(wrong.status, 400)
})

test('whoever opens the page anew links anew, also where the client asks as it did before', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const first = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  const page = await openAuthorize(house, {}, browser)
  const second = await browser.submit(page, {})
  t.not(codeIn(first), codeIn(second))
  const third = await browser.submit(await openAuthorize(house, {}, browser), {})
  t.not(codeIn(second), codeIn(third))
  for (const one of [first, second, third]) t.is((await exchange(house, codeIn(one))).status, 200)
})

test('a refusal is never given again: each wrong password counts, and what is right after it links', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const wrong = { ...TYPED, password: 'not the right one' }
  const refused = await Promise.all([browser.submit(page, wrong), browser.submit(page, wrong)])
  t.deepEqual(
    refused.map(({ status }) => status),
    [400, 400],
  )
  t.is(countOf(house, 'sign_in_failed'), 2)
  t.is((await browser.submit(page, TYPED)).status, 303)
})

test('the same press counts for thirty seconds, and no longer than the code does', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => {
    Object.assign(oauth.clients.find(({ id }) => id === 'other')!, { lifetimes: { code: 20 } })
  })
  for (const [client_id, ms] of [
    ['amazon-alexa', 30_000],
    ['other', 20_000],
  ] as const) {
    const browser = new Browser(house)
    const page = await openAuthorize(house, { client_id }, browser)
    const first = codeIn(await browser.submit(page, TYPED))
    house.advance(ms - 1)
    t.is(codeIn(await browser.submit(page, TYPED)), first)
    house.advance(1)
    t.not(codeIn(await browser.submit(page, TYPED)), first)
  }
})

test('a client that is brought the same code again and sends it again gets nothing for it, and loses nothing', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const code = codeIn(await browser.submit(page, TYPED))
  const { json } = await exchange(house, code)
  house.advance(25_000)
  t.is(codeIn(await browser.submit(page, TYPED)), code)
  house.advance(10_000)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  t.is((await refresh(house, json.refresh_token)).status, 200)

  house.advance(1)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  t.is(countOf(house, 'code_reused'), 1)
  t.is((await refresh(house, json.refresh_token)).json.error, 'invalid_grant', 'later it is somebody who copied it')
})

test('a reload in between changes nothing, unless it takes the client what was asked for', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const first = await browser.submit(page, TYPED)
  await house.reload(({ oauth }) => {
    Object.assign(oauth, { default_scopes: ['music.read'] })
  })
  t.is((await browser.submit(page, TYPED)).location, first.location)
  await house.reload(({ oauth }) => {
    const alexa = oauth.clients.find(({ id }) => id === 'amazon-alexa')!
    Object.assign(alexa, { redirect_uris: ['https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2'] })
  })
  const gone = await browser.submit(page, TYPED)
  t.is(gone.status, 400)
  t.is(gone.headers.location, undefined)
})

test('Deny after Approve tells the client so, and does not take back what was approved', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const tab = await openAuthorize(house, {}, browser)
  const approved = await browser.submit(page, TYPED)
  for (const one of [page, tab]) {
    const denied = await browser.submit(one, {}, 'deny')
    t.is(new URL(denied.location).searchParams.get('error'), 'access_denied')
  }
  t.is((await browser.submit(page, TYPED)).location, approved.location)
  t.is((await exchange(house, codeIn(approved))).status, 200)
  t.is(countOf(house, 'denied'), 2)
})

test('for a device the first answer counts, whichever it was, and pressing it again says the same', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  for (const [decision, other, done, error] of [
    ['approve', 'deny', /Kitchen speaker is connected/, undefined],
    ['deny', 'approve', /Nothing was connected/, 'access_denied'],
  ] as const) {
    const device = await startDevice(house)
    const browser = new Browser(house)
    const page = await typeCode(browser, device.user_code)
    for (let time = 0; time < 2; time++) t.regex(wordsOn(await browser.submit(page, TYPED, decision)), done)
    const late = await browser.submit(page, TYPED, other)
    t.is(late.status, 400)
    t.regex(wordsOn(late), /This code no longer works/)
    t.is((await poll(house, device)).json.error, error)
  }
})

test('whoever signs out, or is switched off, between two presses is taken no further by what they pressed before', async (t) => {
  const house = await startTestHouse(t)
  const shown = await giveAuthenticator(house)
  const browser = new Browser(house)
  const page = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  const otp = shown()
  const first = await browser.submit(page, { otp })
  t.is(first.status, 303)
  await browser.submit(await browser.open('/alexa/sign-out'), {})
  const again = await browser.submit(page, { otp })
  t.is(again.headers.location, undefined)

  const other = new Browser(house)
  house.advance(60_000)
  const next = await other.submit(await openAuthorize(house, {}, other), TYPED)
  const code = shown()
  t.is((await other.submit(next, { otp: code })).status, 303)
  const { store } = house.prepared
  await replaceUser(store, await requireUser(store, ADA.name), { disabled: true })
  t.is((await other.submit(next, { otp: code })).headers.location, undefined)
})
