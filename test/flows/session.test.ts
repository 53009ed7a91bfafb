import test from 'ava'
import { changePassword, disableUser } from '../../src/users/users.ts'
import { Browser, type Page } from '../support/browser.ts'
import { wordsOn } from '../support/device.ts'
import { ADA, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { callApi, exchange, openAuthorize } from '../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const MINUTE = 60_000
const IDLE = 60 * MINUTE
const ABSOLUTE = 12 * 60 * MINUTE

/** A browser in which Ada has just linked Alexa. */
async function signedIn(house: TestHouse): Promise<Browser> {
  const browser = new Browser(house)
  const { status } = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  if (status !== 303) throw new Error(`signing in was answered ${status}`)
  return browser
}

/** What another client gets to see in this browser. */
async function asksFor(house: TestHouse, browser: Browser): Promise<'consent' | 'password'> {
  return stepOf(await openAuthorize(house, { client_id: 'other' }, browser))
}

function stepOf({ text }: Page): 'consent' | 'password' {
  return text.includes('type="password"') ? 'password' : 'consent'
}

function codeOf({ location }: Page): string | null {
  return new URL(location).searchParams.get('code')
}

test('where somebody is signed in a second client needs only the consent, and never less', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  const page = await openAuthorize(house, { client_id: 'other' }, browser)
  t.is(stepOf(page), 'consent')
  t.regex(wordsOn(page), /Link Other .*Play and pause.*You are signed in as Ada Lovelace/)
  const approved = await browser.submit(page, {})
  t.is(approved.status, 303)
  const credentials = { client_id: 'other', client_secret: house.secrets.other }
  const { json } = await exchange(house, codeOf(approved), credentials)
  t.is((await callApi(house, String(json.access_token))).status, 200)
  t.deepEqual(house.music.lastRequest?.header('x-remote-user-name'), ['ada'])

  t.is(await asksFor(house, browser), 'consent', 'a client that was approved once is no exception')
  t.is(await asksFor(house, new Browser(house)), 'password', 'another browser is another person')
})

test('who is signed in may still deny, and stays signed in', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  const denied = await browser.submit(await openAuthorize(house, { client_id: 'other' }, browser), {}, 'deny')
  t.is(new URL(denied.location).searchParams.get('error'), 'access_denied')
  t.like(house.events().at(-1), { event: 'denied', user: 'ada', client: 'other' })
  t.is(await asksFor(house, browser), 'consent')
})

test('a client that asks for a new sign-in gets one', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  for (const prompt of ['login', 'select_account', 'consent login']) {
    t.is(stepOf(await openAuthorize(house, { prompt }, browser)), 'password', prompt)
  }
  t.is(stepOf(await openAuthorize(house, { prompt: 'consent' }, browser)), 'consent')
})

test('73. with prompt=none nothing is shown, and the client learns what it would take', async (t) => {
  const house = await startTestHouse(t)
  const ask = async (browser: Browser, parameters: Record<string, string> = {}) => {
    const { status, location } = await openAuthorize(house, { prompt: 'none', ...parameters }, browser)
    t.is(status, 303)
    return new URL(location).searchParams.get('error')
  }
  t.is(await ask(new Browser(house)), 'login_required')
  const browser = await signedIn(house)
  t.is(await ask(browser), 'consent_required')
  house.advance(60_000)
  t.is(await ask(browser, { max_age: '60' }), 'consent_required')
  house.advance(1)
  t.is(await ask(browser, { max_age: '60' }), 'login_required')
  t.is(await ask(browser, { max_age: '0' }), 'login_required')
})

test('73. whoever signed in longer ago than max_age signs in again, also if that comes to pass while the page is open', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  house.advance(59_000)
  const page = await openAuthorize(house, { max_age: '60' }, browser)
  t.is(stepOf(page), 'consent')
  house.advance(1001)
  t.is(stepOf(await openAuthorize(house, { max_age: '60' }, browser)), 'password')
  const late = await browser.submit(page, {})
  t.is(late.status, 200)
  t.is(stepOf(late), 'password')
  t.is((await browser.submit(late, TYPED)).status, 303)
  t.is(stepOf(await openAuthorize(house, { max_age: '60' }, browser)), 'consent', 'that was a new sign-in')
})

test('somebody else may sign in where Ada is signed in, and then it is their consent', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  const session = browser.cookies.get('__Host-skillgate-session') ?? ''
  const page = await openAuthorize(house, { client_id: 'other' }, browser)
  t.regex(wordsOn(page), /Not Ada Lovelace\? Sign in as somebody else/)
  const asked = await browser.submit(page, {}, 'sign-out' as 'approve')
  t.is(asked.status, 200)
  t.is(stepOf(asked), 'password')
  t.is((await browser.submit(page, {})).status, 403, 'the page that asked for her consent is worth nothing now')

  const copied = new Browser(house)
  copied.cookies.set('__Host-skillgate-session', session)
  t.is(await asksFor(house, copied), 'password', 'the session is over, not only forgotten')
  t.is((await browser.submit(asked, TYPED)).status, 303)
  t.is(await asksFor(house, browser), 'consent')
})

test('who signs out at /sign-out is signed out, there alone, and what was linked stays linked', async (t) => {
  const house = await startTestHouse(t)
  const [browser, elsewhere] = [await signedIn(house), new Browser(house)]
  const { json } = await exchange(
    house,
    codeOf(await elsewhere.submit(await openAuthorize(house, {}, elsewhere), TYPED)),
  )
  const session = browser.cookies.get('__Host-skillgate-session') ?? ''

  const page = await browser.open('/alexa/sign-out')
  t.regex(wordsOn(page), /In this browser, Ada Lovelace is signed in to dev\.jasonhollis\.com/)
  t.is(await asksFor(house, browser), 'consent', 'looking at the page ends nothing')
  const done = await browser.submit(page, {})
  t.is(done.status, 200)
  t.regex(wordsOn(done), /You are signed out/)
  t.regex(String(done.headers['set-cookie']), /^__Host-skillgate-session=;.* Max-Age=0$/)
  t.like(house.events().at(-1), { event: 'signed_out', user: 'ada' })

  t.is(await asksFor(house, browser), 'password')
  browser.cookies.set('__Host-skillgate-session', session)
  t.is(await asksFor(house, browser), 'password', 'the session is over, not only forgotten')
  t.regex(wordsOn(await browser.open('/alexa/sign-out')), /nobody is signed in/)
  t.is(await asksFor(house, elsewhere), 'consent')
  t.is((await callApi(house, String(json.access_token))).status, 200)
})

test('31. another page cannot sign anybody out', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  const page = await browser.open('/alexa/sign-out')
  for (const csrf of ['', 'A'.repeat(43), `${page.hidden.csrf}A`]) {
    t.is((await browser.submit({ ...page, hidden: { ...page.hidden, csrf } }, {})).status, 403)
  }
  t.is(await asksFor(house, browser), 'consent')
})

test('a session ends after an hour in which nothing was done with it, and not before', async (t) => {
  const house = await startTestHouse(t)
  const [busy, idle] = [await signedIn(house), await signedIn(house)]
  house.advance(IDLE - 1)
  t.is(await asksFor(house, busy), 'consent')
  house.advance(1)
  t.is(await asksFor(house, idle), 'password')
  house.advance(IDLE - 2)
  t.is(await asksFor(house, busy), 'consent')
  house.advance(IDLE)
  t.is(await asksFor(house, busy), 'password')
})

test('a session ends after twelve hours, however much it is used', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  for (let passed = 0; passed < ABSOLUTE - 30 * MINUTE; passed += 30 * MINUTE) {
    house.advance(30 * MINUTE)
    t.is(await asksFor(house, browser), 'consent')
  }
  house.advance(30 * MINUTE - 1)
  t.is(await asksFor(house, browser), 'consent')
  house.advance(1)
  t.is(await asksFor(house, browser), 'password')
})

test('the limits of a session are those of the configuration', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { session: { idle: 120, absolute: 180 } }))
  const browser = await signedIn(house)
  house.advance(119_999)
  t.is(await asksFor(house, browser), 'consent')
  house.advance(60_001)
  t.is(await asksFor(house, browser), 'password')
})

test('another password ends the sessions of that user in all browsers, also where a page is open', async (t) => {
  const house = await startTestHouse(t)
  const [browser, elsewhere] = [await signedIn(house), await signedIn(house)]
  const open = await openAuthorize(house, { client_id: 'other' }, browser)
  await changePassword(house.prepared.store, house, ADA.name, 'a whole new password')
  t.is((await browser.submit(open, {})).status, 403)
  for (const one of [browser, elsewhere]) t.is(await asksFor(house, one), 'password')
  const page = await openAuthorize(house, {}, browser)
  t.is((await browser.submit(page, TYPED)).status, 400)
  t.is((await browser.submit(page, { ...TYPED, password: 'a whole new password' })).status, 303)
})

test('39. somebody who is disabled is signed out', async (t) => {
  const house = await startTestHouse(t)
  const browser = await signedIn(house)
  await disableUser(house.prepared.store, ADA.name)
  t.is(await asksFor(house, browser), 'password')
  t.regex(wordsOn(await browser.open('/alexa/sign-out')), /nobody is signed in/)
})

test('the cookie of a session is for this host alone, over TLS, out of reach of scripts, and new at each sign-in', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const cookies = []
  for (let time = 0; time < 2; time++) {
    const page = await openAuthorize(house, { prompt: 'login' }, browser)
    const [cookie = '', ...others] = [(await browser.submit(page, TYPED)).headers['set-cookie'] ?? []].flat()
    cookies.push(cookie)
    t.deepEqual(
      others.map((other) => other.split('=')[0]),
      ['__Host-skillgate-known'],
    )
  }
  for (const cookie of cookies) {
    t.regex(cookie, /^__Host-skillgate-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
  }
  t.not(cookies[0], cookies[1])
})
