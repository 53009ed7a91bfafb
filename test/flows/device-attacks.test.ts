import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { newCsrfToken } from '../../src/oauth/checks/csrf-token.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { disableUser } from '../../src/users/users.ts'
import { breakStore } from '../support/break-store.ts'
import { Browser, type Page } from '../support/browser.ts'
import { addKitchen, askForDevice, poll, startDevice, typeCode, wordsOn } from '../support/device.ts'
import { exactRequest } from '../support/exact-request.ts'
import { ADA, startTestHouse, type TestHouse } from '../support/gateway.ts'

const TYPED = { username: ADA.name, password: ADA.password }

/** The same page with another hidden field. */
function withHidden(page: Page, hidden: Record<string, string>): Page {
  return { ...page, hidden: { ...page.hidden, ...hidden } }
}

/** An answer to a form that a program made up: it knows how the tokens are made, and has a cookie of its own. */
async function forge(house: TestHouse, request: string, fields: Record<string, string>) {
  const { token, cookie } = newCsrfToken(house, undefined, `device\n${request}\n`)
  return exactRequest(house, {
    method: 'POST',
    path: '/alexa/device',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookie.split(';')[0] ?? '' },
    body: new URLSearchParams({ ...fields, request, csrf: token }).toString(),
  })
}

test('whoever tries user codes gets five tries, and then has to wait, also with the right one', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const { user_code } = await startDevice(house)
  const wrong = user_code === 'BBBB-BBBB' ? 'CCCC-CCCC' : 'BBBB-BBBB'
  const browser = new Browser(house)
  for (let time = 0; time < 5; time++) t.is((await typeCode(browser, wrong)).status, 400)
  const waits = await typeCode(new Browser(house), user_code)
  t.is(waits.status, 429)
  t.is(waits.headers['retry-after'], '600')
  t.regex(wordsOn(waits), /Too many codes were wrong\. .*next 10 minutes/)
  t.like(house.events().at(-1), { event: 'locked_out', address: '127.0.0.1' })
  t.notRegex(JSON.stringify([house.log, house.events()]), new RegExp(`${wrong}|${user_code}|${wrong.replace('-', '')}`))

  house.advance(599_999)
  t.is((await typeCode(browser, user_code)).status, 429)
  house.advance(1)
  const { user_code: another } = await startDevice(house)
  t.is((await typeCode(browser, another)).status, 200)
})

test('codes cannot be tried elsewhere: the form that decides takes what nobody can guess', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const plain = device.user_code.replace('-', '')
  for (const request of [device.user_code, plain, hashSecret(plain), device.device_code]) {
    for (const decision of ['approve', 'deny']) {
      const { status, text } = await forge(house, request, { decision, user_code: device.user_code, ...TYPED })
      t.is(status, 400, request)
      t.regex(text, /This code no longer works/)
    }
  }
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  const open = await forge(house, hashSecret(device.device_code), { decision: 'approve', ...TYPED })
  t.is(open.status, 200, 'a forged form differs from a real one only in what it knows')
})

test('a code and a decision in one form: the decision is not read', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const page = await browser.submit(await browser.open('/alexa/device'), { ...TYPED, user_code: device.user_code })
  t.regex(wordsOn(page), /Connect Kitchen speaker/)
  t.is((await poll(house, device)).json.error, 'authorization_pending')
})

test('31. neither form is taken from elsewhere: without the token, from another browser, or for another device', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const [mine, theirs] = [await startDevice(house), await startDevice(house)]
  const [browser, attacker] = [new Browser(house), new Browser(house)]
  const code = await browser.open('/alexa/device')
  const typed = { user_code: mine.user_code }
  for (const csrf of ['', 'A'.repeat(43), (await attacker.open('/alexa/device')).hidden.csrf ?? '']) {
    const { status, text } = await browser.submit(withHidden(code, { csrf }), typed)
    t.is(status, 403)
    t.regex(text, /Open its address once more/)
  }
  t.is((await new Browser(house).submit(code, typed)).status, 403)

  const consent = await browser.submit(code, typed)
  const foreign = await typeCode(attacker, theirs.user_code)
  for (const hidden of [
    { csrf: '' },
    { csrf: code.hidden.csrf ?? '' },
    { csrf: foreign.hidden.csrf ?? '' },
    { request: foreign.hidden.request ?? '' },
    foreign.hidden,
  ] as Record<string, string>[]) {
    for (const decision of ['approve', 'deny'] as const) {
      t.is((await browser.submit(withHidden(consent, hidden), TYPED, decision)).status, 403)
    }
  }
  for (const device of [mine, theirs]) t.is((await poll(house, device)).json.error, 'authorization_pending')
  t.is((await browser.submit(consent, TYPED)).status, 200)
})

test('31. nobody approves without signing in, nor with a form that was shown to somebody else', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const [first, second] = [await startDevice(house), await startDevice(house)]
  const browser = new Browser(house)
  const consent = await typeCode(browser, first.user_code)
  t.regex(wordsOn(await browser.submit(consent, {})), /Password/)
  t.is((await poll(house, first)).json.error, 'authorization_pending')
  await browser.submit(consent, TYPED)

  const signedIn = await typeCode(browser, second.user_code)
  browser.cookies.delete('__Host-skillgate-session')
  t.is((await browser.submit(signedIn, {})).status, 403)
  t.is((await poll(house, second)).json.error, 'authorization_pending')
})

test('39. disabled between consent and tokens, a user gives the device nothing', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  await browser.submit(await typeCode(browser, device.user_code), TYPED)
  await disableUser(house.prepared.store, ADA.name)
  t.is((await poll(house, device)).json.error, 'invalid_grant')
})

test('whoever comes second, after somebody else has answered, is told so, and stays signed in', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const [browser, other] = [new Browser(house), new Browser(house)]
  const [one, two] = [await typeCode(browser, device.user_code), await typeCode(other, device.user_code)]
  const answers = await Promise.all([browser.submit(one, TYPED), other.submit(two, TYPED)])
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 400])
  for (const { headers } of answers) t.regex(String(headers['set-cookie']), /__Host-skillgate-session=[\w-]{43}/)
  t.is((await poll(house, device)).status, 200)
})

test('40. while the store fails every step of a device is a 503, and afterwards it goes on', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const code = await browser.open('/alexa/device')
  const consent = await typeCode(browser, device.user_code)

  const mend = await breakStore(t, house)
  const begun = await askForDevice(house)
  t.like(begun, { status: 503, json: { error: 'store_unavailable' } })
  t.like(await poll(house, device), { status: 503, json: { error: 'store_unavailable' } })
  for (const [page, typed] of [
    [code, { user_code: device.user_code }],
    [consent, TYPED],
  ] as const) {
    const { status, text } = await browser.submit(page, typed)
    t.is(status, 503)
    t.regex(text, /<h1>/)
  }
  await mend()

  t.is((await poll(house, device)).json.error, 'authorization_pending')
  t.is((await browser.submit(consent, TYPED)).status, 200)
  t.is((await poll(house, device)).status, 200)
})

test('49. neither database nor logs hold a device code or user code', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const consent = await typeCode(browser, device.user_code)
  await poll(house, device)
  await browser.submit(consent, TYPED)
  await poll(house, device)
  await poll(house, device)
  const database = new DatabaseSync(join(house.folder, 'data', 'skillgate.db'))
  t.teardown(() => database.close())
  const kept = JSON.stringify([database.prepare('SELECT * FROM keyv').all(), house.log, house.events()])
  t.true(kept.includes(hashSecret(device.device_code)))
  for (const secret of [device.device_code, device.user_code, device.user_code.replace('-', '')]) {
    t.false(kept.includes(secret), secret)
  }
})
