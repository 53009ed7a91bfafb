import test, { type ExecutionContext } from 'ava'
import { aboutForm } from '../../../src/oauth/checks/check-own-form.ts'
import { newCsrfToken } from '../../../src/oauth/checks/csrf-token.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { addUser, changePassword, disableUser } from '../../../src/users/users.ts'
import { Browser, type Page } from '../../support/browser.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const BOB = { name: 'bob', displayName: 'Bob', password: 'a password of his own' }
const SESSION = '__Host-skillgate-session'

/** A house, and a browser in which Ada has signed in. */
async function signedIn(t: ExecutionContext): Promise<{ house: TestHouse; browser: Browser }> {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const { status } = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  t.is(status, 303)
  return { house, browser }
}

/** Whether the page asks for no more than the consent. */
const asksForConsentOnly = ({ status, text }: Page) => status === 200 && !/name="(password|otp)"/.test(text)

const approved = ({ status, location }: Page) => status === 303 && /[?&]code=/.test(location)

test('31. who is signed in is asked for the consent alone, and is never skipped past that page', async (t) => {
  const { house, browser } = await signedIn(t)
  const page = await openAuthorize(house, { client_id: 'other' }, browser)
  t.true(asksForConsentOnly(page))
  t.true(page.text.includes(ADA.displayName))
  t.true(approved(await browser.submit(page, {})))
  t.deepEqual(
    house.events().flatMap(({ event, user, client }) => (event === 'consented' ? [[user, client]] : [])),
    [
      ['ada', 'amazon-alexa'],
      ['ada', 'other'],
    ],
  )
})

test('31. a form that was shown with nobody signed in approves nothing without a password, also beside a session', async (t) => {
  const { house, browser } = await signedIn(t)
  const stranger = new Browser(house)
  const [csrf = ''] = browser.cookies.keys()
  stranger.cookies.set(csrf, browser.cookies.get(csrf)!)
  const page = await openAuthorize(house, {}, stranger)
  t.false(asksForConsentOnly(page))
  const answer = await browser.submit(page, {})
  t.is(answer.status, 200)
  t.regex(answer.text, /name="password"/)
  t.true(approved(await browser.submit(page, TYPED)))
})

test("31. a consent form without its CSRF token, with another request's or in another session is 403", async (t) => {
  const { house, browser } = await signedIn(t)
  const page = await openAuthorize(house, {}, browser)
  const other = await openAuthorize(house, { scope: 'user:read' }, browser)
  const forged = [undefined, 'x', 'A'.repeat(43), other.hidden.csrf, browser.cookies.get(SESSION)]
  for (const csrf of forged) {
    const { request = '' } = page.hidden
    const answer = await browser.submit({ ...page, hidden: { request, ...(csrf && { csrf }) } }, {})
    t.is(answer.status, 403, csrf)
    t.is(answer.headers.location, undefined)
  }

  const elsewhere = new Browser(house)
  await elsewhere.submit(await openAuthorize(house, {}, elsewhere), TYPED)
  t.is((await elsewhere.submit(page, {})).status, 403, 'another session of the same person')
  t.true(approved(await browser.submit(page, {})))
})

test('31. the session alone is no CSRF token: without the other cookie it is 403', async (t) => {
  const { house, browser } = await signedIn(t)
  const page = await openAuthorize(house, {}, browser)
  for (const name of [...browser.cookies.keys()].filter((key) => key !== SESSION)) browser.cookies.delete(name)
  t.is((await browser.submit(page, {})).status, 403)
})

test('31. a form shown to one person does not approve for another who has signed in since', async (t) => {
  const { house, browser } = await signedIn(t)
  await addUser(house.prepared.store, house, BOB)
  const page = await openAuthorize(house, {}, browser)
  const again = await openAuthorize(house, { prompt: 'login' }, browser)
  t.true(approved(await browser.submit(again, { username: BOB.name, password: BOB.password })))
  t.is((await browser.submit(page, {})).status, 403)
  t.true((await openAuthorize(house, {}, browser)).text.includes(BOB.displayName))
})

test('31. a planted session does not approve for whoever is shown the form', async (t) => {
  const { house, browser: attacker } = await signedIn(t)
  const victim = new Browser(house)
  const page = await openAuthorize(house, {}, victim)
  victim.cookies.set(SESSION, attacker.cookies.get(SESSION)!)
  t.false(approved(await victim.submit(page, {})))
  const twice = new Browser(house)
  for (const [name, value] of attacker.cookies) twice.cookies.set(name, value)
  twice.cookies.set(SESSION, `${attacker.cookies.get(SESSION)}; ${SESSION}=${attacker.cookies.get(SESSION)}`)
  t.false(asksForConsentOnly(await openAuthorize(house, {}, twice)), 'of two session cookies none counts')
})

const endings: Record<string, (house: TestHouse, browser: Browser) => unknown> = {
  'was left alone for its idle time': (house) => house.advance(3_600_000),
  'was ended by its user': async (house, browser) => {
    const page = await openAuthorize(house, {}, browser)
    const cookies = [...browser.cookies]
    await browser.submit(page, {}, 'sign-out')
    for (const [name, value] of cookies) browser.cookies.set(name, value)
  },
  'is of a user who was disabled': ({ prepared }) => disableUser(prepared.store, ADA.name),
  'began before the password was changed': (house) =>
    changePassword(house.prepared.store, house, ADA.name, 'another one that is long'),
}
for (const [how, end] of Object.entries(endings)) {
  test(`31. a session that ${how} never approves`, async (t) => {
    const { house, browser } = await signedIn(t)
    const page = await openAuthorize(house, {}, browser)
    t.true(asksForConsentOnly(page))
    await end(house, browser)
    const answer = await browser.submit(page, {})
    t.is(answer.status, 403)
    t.is(answer.headers.location, undefined)
    t.false(asksForConsentOnly(await openAuthorize(house, {}, browser)))
  })
}

test('31. a session that is used ends at its absolute limit, and its form with it', async (t) => {
  const { house, browser } = await signedIn(t)
  for (let passed = 0; passed < 43_200_000 - 1_800_000; passed += 1_800_000) {
    house.advance(1_800_000)
    t.true(asksForConsentOnly(await openAuthorize(house, {}, browser)))
  }
  const page = await openAuthorize(house, {}, browser)
  house.advance(1_800_000)
  t.is((await browser.submit(page, {})).status, 403)
})

for (const prompt of ['login', 'select_account', 'login consent']) {
  test(`31. with prompt=${prompt} whoever is signed in has to sign in again`, async (t) => {
    const { house, browser } = await signedIn(t)
    const page = await openAuthorize(house, { prompt }, browser)
    t.false(asksForConsentOnly(page))
    const unsigned = await browser.submit(page, {})
    t.false(approved(unsigned))
    t.is((await browser.submit(page, { ...TYPED, password: 'wrong' })).status, 400)
    t.true(approved(await browser.submit(page, TYPED)))
  })
}

test('31. who chooses another account is signed out, and approves nothing', async (t) => {
  const { house, browser } = await signedIn(t)
  const page = await openAuthorize(house, {}, browser)
  const next = await browser.submit(page, {}, 'sign-out')
  t.is(next.status, 200)
  t.regex(next.text, /name="password"/)
  t.false(browser.cookies.has(SESSION))
  t.is(next.headers.location, undefined)
  t.true(approved(await browser.submit(next, TYPED)), 'and the new page works')
})

test('30. the session cookie is out of reach of scripts, other hosts and plain HTTP, and new at each sign-in', async (t) => {
  const house = await startTestHouse(t)
  const seen = new Set<string>()
  for (let time = 0; time < 2; time++) {
    const browser = new Browser(house)
    const { headers } = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
    const cookie = [headers['set-cookie'] ?? []].flat().find((set) => set.startsWith(SESSION)) ?? ''
    t.regex(cookie, /^__Host-skillgate-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    seen.add(cookie)
  }
  t.is(seen.size, 2)
})

test('31. what a client wants a new sign-in for is never approved by a session, whatever form is sent', async (t) => {
  const { house, browser } = await signedIn(t)
  const cookie = browser.cookies.get(SESSION)!
  const session = {
    id: hashSecret(cookie),
    signedInAt: house.now(),
    user: (await house.prepared.store.get('user', 'ada'))!,
  }
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (const prompt of ['login', 'select_account']) {
    const page = await openAuthorize(house, { prompt }, browser)
    const { request = '' } = page.hidden
    // As if a page had been shown that asks for no more than the consent; the browser has all that it takes.
    const { token: csrf } = newCsrfToken(house, cookies, aboutForm('approve', request, session))
    const answer = await browser.submit({ ...page, hidden: { request, csrf } }, {})
    t.deepEqual([answer.status, answer.location], [200, ''], prompt)
    t.regex(answer.text, /name="password"/)
    t.true(approved(await browser.submit(answer, TYPED)), 'with the password it is')
    browser.cookies.set(SESSION, cookie)
  }
})
