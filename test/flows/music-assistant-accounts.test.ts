import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Browser, type Page } from '../support/browser.ts'
import { addKitchen, pathOf, poll, startDevice, wordsOn } from '../support/device.ts'
import { ADA, type TestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST, callApi, exchange, openAuthorize } from '../support/linking.ts'
import { accountOf, signInAs, startAccountsHouse, useAccounts } from '../support/music-accounts.ts'
import { skillgate } from '../support/process.ts'
import { openTwoHostBrowser, pathOf as pathOnHost, signInTo, startTwoHosts } from '../support/two-hosts.ts'

/** Waits until what happens beside the answer has happened. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(1)
}

const codeIn = (page: Page) => new URL(page.location).searchParams.get('code')
const logins = ({ music }: TestHouse) => music.requests.filter(({ url }) => url === '/auth/login')
const tokenNames = ({ music }: TestHouse, name: string) => music.tokensOf(name).map((token) => token.name)

test('somebody links with the account that they have in Music Assistant, and is another one than the owner', async (t) => {
  const house = await startAccountsHouse(t)
  const opened = await openAuthorize(house)
  t.regex(wordsOn(opened), /Use your account at dev\.jasonhollis\.com ?, or your Music Assistant account/)
  const { page } = await signInAs(house, 'anna')
  t.is(page.status, 303)
  const { json } = await exchange(house, codeIn(page))
  t.is((await callApi(house, String(json.access_token))).status, 200)
  const seen = house.music.lastRequest!
  t.deepEqual(seen.header('x-remote-user-name'), ['music-assistant:anna'])
  t.deepEqual(seen.header('x-remote-user-display-name'), ['Anna'])
  const [session, link, ...more] = tokenNames(house, 'anna')
  t.is(session, 'Skillgate at dev.jasonhollis.com')
  t.regex(String(link), /^Amazon Alexa via dev\.jasonhollis\.com \([0-9a-f]{8}\)$/)
  t.deepEqual(more, [])

  const [login] = logins(house)
  t.is(login?.header('authorization').length, 0, 'the token of the gateway signs nobody in')
  const user = await house.prepared.store.get('user', 'music-assistant:anna')
  t.like(user?.account, { userId: accountOf(house, 'anna').userId, name: 'anna', role: 'user' })
  t.is(user?.password, undefined)
})

test('her browser knows her from then on: only the consent is asked for, and Music Assistant for no password', async (t) => {
  const house = await startAccountsHouse(t)
  const { browser } = await signInAs(house, 'anna')
  const consent = await openAuthorize(house, {}, browser)
  t.regex(wordsOn(consent), /You are signed in as Anna/)
  t.is((await browser.submit(consent, {})).status, 303)
  t.is(logins(house).length, 1)
})

test('people of the gateway go on signing in with their own passwords, which Music Assistant is not told', async (t) => {
  const house = await startAccountsHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  t.is((await browser.submit(page, { username: ADA.name, password: ADA.password })).status, 303)
  t.deepEqual(logins(house), [])
})

test('an administrator is asked a second question, in words of their own, and links after it', async (t) => {
  const house = await startAccountsHouse(t)
  const { browser, page } = await signInAs(house, 'admin')
  t.is(page.status, 200)
  t.regex(wordsOn(page), /This account may do everything You are signed in as Administrator/)
  t.is(house.events().filter(({ event }) => event === 'consented').length, 0)
  const linked = await browser.submit(page, {})
  t.is(linked.status, 303)
  t.truthy(codeIn(linked))
  const again = await openAuthorize(house, {}, browser)
  const question = await browser.submit(again, {})
  t.regex(wordsOn(question), /This account may do everything/, 'it is asked each time')
  const denied = await browser.submit(question, {}, 'deny')
  t.is(new URL(denied.location).searchParams.get('error'), 'access_denied')
})

test('an administrator who speaks German is asked in German, and may choose another account', async (t) => {
  const house = await startAccountsHouse(t)
  const browser = new Browser(house, { 'accept-language': 'de' })
  const { page } = await signInAs(house, 'admin', { browser })
  t.regex(wordsOn(page), /Dieses Konto darf alles/)
  const other = await browser.submit(page, {}, 'sign-out')
  t.regex(wordsOn(other), /Mit Ihrem Konto bei dev\.jasonhollis\.com oder mit Ihrem Konto von Music Assistant/)
  const { username, password } = accountOf(house, 'anna')
  t.is((await browser.submit(other, { username, password })).status, 303)
})

const EXTRA: Record<string, string>[] = [
  {},
  { question: 'admin' },
  { state: 'admin' },
  { confirm: 'yes', admin: 'yes' },
]

/** Forms that somebody may send instead of the one that answers the question. */
async function tryToSkip(t: ExecutionContext, house: TestHouse, browser: Browser, forms: Page[]): Promise<void> {
  for (const form of forms) {
    for (const extra of EXTRA) {
      const answer = await browser.submit(form, extra)
      t.not(answer.status, 303, `${JSON.stringify(extra)} to ${form.action}`)
      t.notRegex(answer.text, /is connected/)
    }
  }
  t.is(house.events().filter(({ event }) => event === 'consented').length, 0)
}

test('no form links an administrator but the one that asked the question, for what it asked', async (t) => {
  const house = await startAccountsHouse(t)
  const browser = new Browser(house)
  const first = await openAuthorize(house, {}, browser)
  const { username, password } = accountOf(house, 'admin')
  const question = await browser.submit(first, { username, password })
  const consent = await openAuthorize(house, {}, browser)
  const ofAnother = await openAuthorize(house, { state: 'another' }, browser)
  const mixed: Page[] = [
    // The question's token with another request, and the consent page's with that of the question.
    { ...question, hidden: { ...question.hidden, request: ofAnother.hidden.request! } },
    { ...question, hidden: { ...question.hidden, csrf: consent.hidden.csrf! } },
    { ...question, hidden: { ...question.hidden, csrf: first.hidden.csrf! } },
  ]
  await tryToSkip(t, house, browser, [first, consent, ...mixed])

  t.is((await browser.submit(question, {})).status, 303)
})

test('nor does another browser link by the form that asked it, though the same administrator has signed in there', async (t) => {
  const house = await startAccountsHouse(t)
  const { page: question } = await signInAs(house, 'admin')
  const { browser: elsewhere } = await signInAs(house, 'admin')
  await tryToSkip(t, house, elsewhere, [question])
})

test('signing in again is not skipped by the question, nor the question by signing in again', async (t) => {
  const house = await startAccountsHouse(t)
  const { browser, page } = await signInAs(house, 'admin')
  const again = await openAuthorize(house, { prompt: 'login' }, browser)
  t.regex(again.text, /name="password"/)
  t.regex((await browser.submit(again, {})).text, /name="password"/, 'nothing typed')
  const { username, password } = accountOf(house, 'admin')
  const question = await browser.submit(again, { username, password })
  t.regex(wordsOn(question), /This account may do everything/)
  t.not((await browser.submit(page, {})).status, 303, 'the question of the earlier session')
  t.is((await browser.submit(question, {})).status, 303)
})

test('the page for devices asks an administrator the same', async (t) => {
  const house = await startAccountsHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const page = await browser.open(pathOf(device.verification_uri))
  const consent = await browser.submit(page, { user_code: device.user_code })
  const { username, password } = accountOf(house, 'admin')
  const question = await browser.submit(consent, { username, password })
  t.regex(wordsOn(question), /This account may do everything/)
  await tryToSkip(t, house, browser, [consent])
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  t.regex(wordsOn(await browser.submit(question, {})), /Kitchen speaker is connected/)
  house.advance(5000)
  t.is((await poll(house, device)).status, 200)
})

test('a guest is told that guests can link nothing, and leaves nothing behind', async (t) => {
  const house = await startAccountsHouse(t)
  const { page } = await signInAs(house, 'visitor')
  t.is(page.status, 403)
  t.regex(wordsOn(page), /This is a guest account of Music Assistant, and guests cannot link anything/)
  t.is(await house.prepared.store.get('user', 'music-assistant:visitor'), undefined)
  t.deepEqual(tokenNames(house, 'visitor'), [], 'the session there is ended')
})

test('a wrong password is told as such, and an account that is off when the password is right', async (t) => {
  const house = await startAccountsHouse(t)
  const { page } = await signInAs(house, 'anna', { password: 'wrong' })
  t.is(page.status, 400)
  t.regex(wordsOn(page), /The user name or the password is not right/)
  accountOf(house, 'anna').enabled = false
  const off = await signInAs(house, 'anna')
  t.is(off.page.status, 403)
  t.regex(wordsOn(off.page), /This account is switched off in Music Assistant/)
})

test('how long Music Assistant wants somebody to wait is told as it is, in both languages', async (t) => {
  const house = await startAccountsHouse(t)
  for (let i = 0; i < 3; i++) {
    const body = JSON.stringify({ credentials: { username: 'anna', password: 'wrong' } })
    await fetch(`${house.music.url}/auth/login`, { method: 'POST', body })
  }
  const { page } = await signInAs(house, 'anna')
  t.is(page.status, 429)
  t.regex(wordsOn(page), /accepts no password for it for the next 29 seconds, not even the right one/)
  t.is(page.headers['retry-after'], '29')
  const german = await signInAs(house, 'anna', { browser: new Browser(house, { 'accept-language': 'de' }) })
  t.regex(wordsOn(german.page), /nimmt in den nächsten 29 Sekunden kein Passwort dafür an/)
})

test('strangers who guess here never make Music Assistant shut her out for more than its 30 seconds', async (t) => {
  const house = await startAccountsHouse(t, (config) => {
    Object.assign(config.listen, { trusted_proxies: ['127.0.0.1'] })
  })
  for (let i = 0; i < 12; i++) {
    const browser = new Browser(house, { 'x-forwarded-for': `198.51.100.${i}` })
    await signInAs(house, 'anna', { password: 'wrong', browser })
  }
  t.is(logins(house).length, 3)
})

test('whoever runs this ends the lock-out of an account, also of one that has not signed in yet', async (t) => {
  const house = await startAccountsHouse(t)
  const unlock = (name: string) => skillgate(['user', 'unlock', name, '--config', house.configFile])
  const statusOf = async (password?: string) => (await signInAs(house, 'anna', { password })).page.status
  for (let i = 0; i < 3; i++) t.is(await statusOf('wrong'), 400)
  t.is(await statusOf(), 429)
  t.regex((await unlock('music-assistant:anna')).stdout, /^anna has not signed in here yet, and may try again\.$/m)
  const waits = await signInAs(house, 'anna')
  t.regex(wordsOn(waits.page), /Music Assistant accepts no password for it/, 'it is asked again')
  t.is((await unlock('music-assistant:')).code, 1)
})

for (const kind of ['reset', 'die-mid-headers', 'die-mid-body', 'die-mid-chunk', 'setup-required'] as const) {
  test(`a Music Assistant that answers a sign-in with ${kind} says nothing of a password, and the next try works`, async (t) => {
    const house = await startAccountsHouse(t)
    house.music.misbehave(kind, { times: 1 })
    const { browser, page } = await signInAs(house, 'anna')
    t.is(page.status, 503)
    t.regex(wordsOn(page), /Music Assistant, which knows your password, cannot be asked right now/)
    t.notRegex(wordsOn(page), /is not right/)
    t.regex(page.text, /value="anna"/)
    const { username, password } = accountOf(house, 'anna')
    t.is((await browser.submit(page, { username, password })).status, 303)
  })
}

test('while Music Assistant is down its people are told so, and those of the gateway come in', async (t) => {
  const house = await startAccountsHouse(t)
  const { password } = accountOf(house, 'anna')
  await house.music.close()
  const { browser, page } = await signInAs(house, 'anna', { password })
  t.is(page.status, 503)
  t.regex(await house.logged('ECONNREFUSED'), /music-assistant at http/)
  t.is((await browser.submit(page, { username: ADA.name, password: ADA.password })).status, 303)
})

test('her session there is replaced at each sign-in, so that there is one of the gateway in her list', async (t) => {
  const house = await startAccountsHouse(t)
  await signInAs(house, 'anna')
  await signInAs(house, 'anna')
  const sessions = () => tokenNames(house, 'anna').filter((name) => name.startsWith('Skillgate at '))
  await until(() => sessions().length === 1)
  t.pass()
})

test('an account that was made anew gets nothing of what the one before had linked', async (t) => {
  const house = await startAccountsHouse(t)
  const { page } = await signInAs(house, 'anna')
  const { json } = await exchange(house, codeIn(page))
  accountOf(house, 'anna').userId = 'made-anew'
  const second = await signInAs(house, 'anna')
  const { json: other } = await exchange(house, codeIn(second.page))
  for (const [token, name] of [
    [json.access_token, 'music-assistant:anna'],
    [other.access_token, 'music-assistant:anna-2'],
  ] as const) {
    await callApi(house, String(token))
    t.deepEqual(house.music.lastRequest?.header('x-remote-user-name'), [name])
  }
})

test('switching the source at a reload lets nobody in whom it leaves out', async (t) => {
  const house = await startAccountsHouse(t)
  const { browser } = await signInAs(house, 'anna')
  await house.reload((config) => Object.assign(config, { users: {} }))
  t.regex((await openAuthorize(house, {}, browser)).text, /name="password"/)
  const { page } = await signInAs(house, 'anna')
  t.is(page.status, 400)
  await house.reload((config) => useAccounts(config, { local: false }))
  t.regex(wordsOn(await openAuthorize(house)), /Use your Music Assistant account: the same user name/)
  const stranger = new Browser(house)
  const form = await openAuthorize(house, ALEXA_REQUEST, stranger)
  t.is((await stranger.submit(form, { username: ADA.name, password: ADA.password })).status, 400)
})

test('nor at a host of an upstream, where somebody was signed in already', async (t) => {
  const { house } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  t.is((await browser.ui.open('/')).status, 200)
  await house.reload((config) => useAccounts(config, { local: false }))
  t.is((await browser.ui.open('/')).status, 303, 'sent to sign in')
  const asked = await browser.home.open(pathOnHost((await browser.ui.open('/')).location))
  t.regex(wordsOn(asked), /Use your Music Assistant account/)
  const { username, password } = accountOf(house, 'anna')
  const ticket = await browser.home.submit(asked, { username, password })
  t.is((await browser.ui.open(pathOnHost(ticket.location))).status, 303)
  t.is((await browser.ui.open('/')).text, '<h1>Music</h1>')
})

test('neither a password nor a session of Music Assistant is in the log, the audit trail or the database', async (t) => {
  const house = await startAccountsHouse(t)
  await signInAs(house, 'anna')
  // Shown again on the page, as what was typed as a name is; so none that a page may never hold.
  const password = randomBytes(18).toString('base64url')
  accountOf(house, 'anna').password = password
  await signInAs(house, 'anna')
  await signInAs(house, 'anna', { password: `${password}!` })
  const stranger = new Browser(house)
  await stranger.submit(await openAuthorize(house, {}, stranger), { username: password, password: 'anna' })
  const record = await house.prepared.store.get('user', 'music-assistant:anna')
  const files = ['audit.jsonl', 'skillgate.db', 'skillgate.db-wal'].map((name) => {
    return readFileSync(join(house.folder, 'data', name), 'latin1')
  })
  const everything = [...house.log, ...files, JSON.stringify(record)].join('\n')
  t.false(everything.includes(password))
  t.false(everything.includes(password.toLowerCase()))
  t.notRegex(everything, /eyJ[A-Za-z0-9_-]+\.eyJ/, 'no JWT')
})
