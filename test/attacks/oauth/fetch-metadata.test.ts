import test, { type ExecutionContext } from 'ava'
import { Browser, type Page } from '../../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode } from '../../support/device.ts'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'

// A page that an upstream serves is on the same host as the sign-in pages, so neither the browser's same-origin policy
// nor SameSite cookies keep its scripts and frames away from them.

const TYPED = { username: ADA.name, password: ADA.password }
const SCRIPTS = ['empty', 'iframe', 'frame', 'image', 'script', 'object', 'worker', '', 'Document', 'document, empty']
const PEOPLE = ['document', undefined]

/** What the browser says that its next requests are for. */
function requestFor(browser: Browser, destination: string | undefined): Browser {
  delete browser.headers['sec-fetch-dest']
  if (destination !== undefined) browser.headers['sec-fetch-dest'] = destination
  return browser
}

function isRefused(t: ExecutionContext, { status, headers, text, location, hidden }: Page, what: string): void {
  t.is(status, 403, what)
  t.regex(String(headers['content-type']), /^text\/html/, what)
  t.regex(text, /<h1>Please start again<\/h1>/, what)
  t.deepEqual([location, headers['set-cookie'], hidden], ['', undefined, {}], what)
}

test('31. no script or frame is shown the consent page, and so none gets hold of its CSRF token', async (t) => {
  const house = await startTestHouse(t)
  for (const destination of SCRIPTS) {
    isRefused(t, await openAuthorize(house, {}, requestFor(new Browser(house), destination)), destination)
  }
  for (const destination of PEOPLE) {
    t.is((await openAuthorize(house, {}, requestFor(new Browser(house), destination))).status, 200, destination)
  }
})

test('31. no script approves, neither by a session nor with the right password', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  for (const destination of SCRIPTS) {
    isRefused(t, await requestFor(browser, destination).submit(page, TYPED), destination)
  }
  t.false(house.events().some(({ event }) => event === 'signed_in' || event === 'consented'))
  t.regex((await requestFor(browser, 'document').submit(page, TYPED)).location, /[?&]code=/)

  const second = await openAuthorize(house, { client_id: 'other' }, browser)
  for (const destination of SCRIPTS) {
    isRefused(t, await requestFor(browser, destination).submit(second, {}), destination)
  }
  t.regex((await requestFor(browser, undefined).submit(second, {})).location, /[?&]code=/)
})

test('31. no script approves a device, nor sees the pages for it', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const [codePage, consent] = [await browser.open('/alexa/device'), await typeCode(browser, device.user_code)]
  for (const destination of SCRIPTS) {
    requestFor(browser, destination)
    isRefused(t, await browser.open('/alexa/device'), destination)
    isRefused(t, await browser.submit(codePage, { user_code: device.user_code }), destination)
    isRefused(t, await browser.submit(consent, TYPED), destination)
  }
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  t.is((await requestFor(browser, 'document').submit(consent, TYPED)).status, 200)
  house.advance(5000)
  t.is((await poll(house, device)).status, 200)
})

test('31. no script signs anybody out, nor learns who is signed in', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  const page = await browser.open('/alexa/sign-out')
  t.true(page.text.includes(ADA.displayName))
  for (const destination of SCRIPTS) {
    requestFor(browser, destination)
    const shown = await browser.open('/alexa/sign-out')
    isRefused(t, shown, destination)
    t.false(shown.text.includes(ADA.displayName))
    isRefused(t, await browser.submit(page, {}, 'sign-out'), destination)
  }
  t.false(house.events().some(({ event }) => event === 'signed_out'))
  t.is((await requestFor(browser, 'document').submit(page, {}, 'sign-out')).status, 200)
  t.true(house.events().some(({ event }) => event === 'signed_out'))
})
