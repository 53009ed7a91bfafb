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

test('61. a page of this host opens neither the consent page nor that for a code; others do, and people do', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const browser = new Browser(house, { 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' })
  for (const site of ['same-origin', 'none', 'same-site', 'cross-site', undefined]) {
    delete browser.headers['sec-fetch-site']
    if (site) browser.headers['sec-fetch-site'] = site
    const [consent, code] = [await openAuthorize(house, {}, browser), await browser.open('/alexa/device')]
    if (site !== 'same-origin') {
      t.deepEqual([consent.status, code.status], [200, 200], site)
      continue
    }
    isRefused(t, consent, site)
    t.is(code.status, 403)
    t.deepEqual([code.headers['set-cookie'], code.hidden], [undefined, {}])
  }
})

const CHROMIUM = { 'sec-ch-ua': '"Chromium";v="140"' }
const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }
const SAFARI = {
  'user-agent': 'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1',
}

test('61. a form is taken from a page of this host only', async (t) => {
  const house = await startTestHouse(t)
  for (const site of ['cross-site', 'same-site', 'made-up']) {
    const browser = new Browser(house, { ...CHROMIUM, 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' })
    const page = await openAuthorize(house, {}, browser)
    browser.headers['sec-fetch-site'] = site
    isRefused(t, await browser.submit(page, TYPED), site)
    browser.headers['sec-fetch-site'] = site === 'made-up' ? 'none' : 'same-origin'
    t.regex((await browser.submit(page, TYPED)).location, /[?&]code=/)
  }
})

test('61. where one press is all that it takes, somebody has pressed, as far as the browser tells', async (t) => {
  const house = await startTestHouse(t)
  for (const agent of [CHROMIUM, FIREFOX, SAFARI]) {
    const browser = new Browser(house, { ...agent, 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' })
    // With a password it needs no press: a browser that fills it in may send it too.
    const first = await openAuthorize(house, {}, browser)
    browser.headers['sec-fetch-site'] = 'same-origin'
    t.regex((await browser.submit(first, TYPED)).location, /[?&]code=/)

    browser.headers['sec-fetch-site'] = 'none'
    const second = await openAuthorize(house, {}, browser)
    browser.headers['sec-fetch-site'] = 'same-origin'
    if (agent !== SAFARI) isRefused(t, await browser.submit(second, {}), JSON.stringify(agent))
    if (agent !== SAFARI) browser.headers['sec-fetch-user'] = '?1'
    t.regex((await browser.submit(second, {})).location, /[?&]code=/)
  }
})

test('61. a browser that tells nothing of its requests links and approves as ever', async (t) => {
  const house = await startTestHouse(t)
  for (const agent of [{}, CHROMIUM, FIREFOX]) {
    const browser = new Browser(house, { ...agent })
    t.regex((await browser.submit(await openAuthorize(house, {}, browser), TYPED)).location, /[?&]code=/)
    t.regex((await browser.submit(await openAuthorize(house, {}, browser), {})).location, /[?&]code=/)
  }
})

test('61. nobody is signed out, and no code of a device taken, without somebody pressing the button', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  for (const agent of [CHROMIUM, FIREFOX, SAFARI]) {
    const browser = new Browser(house, { ...agent, 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' })
    await browser.submit(await openAuthorize(house, {}, browser), TYPED)
    const [code, out] = [await browser.open('/alexa/device'), await browser.open('/alexa/sign-out')]
    browser.headers['sec-fetch-site'] = 'same-origin'
    const sendBoth = async () => [
      (await browser.submit(code, { user_code: device.user_code })).status,
      (await browser.submit(out, {}, 'sign-out')).status,
    ]
    if (agent !== SAFARI) {
      t.deepEqual(await sendBoth(), [403, 403], JSON.stringify(agent))
      browser.headers['sec-fetch-user'] = '?1'
    }
    t.deepEqual(await sendBoth(), [200, 200], JSON.stringify(agent))
  }
  t.is(house.events().filter(({ event }) => event === 'signed_out').length, 3)
})
