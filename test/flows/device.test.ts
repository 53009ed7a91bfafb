import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { Browser } from '../support/browser.ts'
import { addKitchen, askForDevice, pathOf, poll, startDevice, typeCode, wordsOn } from '../support/device.ts'
import { exactRequest } from '../support/exact-request.ts'
import { ADA, ISSUER, startTestHouse } from '../support/gateway.ts'
import { approve, callApi, openAuthorize, postToken } from '../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }

test('a speaker shows a code, a person types it and approves, and the speaker calls, refreshes and calls again', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  t.is(device.verification_uri, `${ISSUER}/alexa/device`)
  t.is((await poll(house, device)).json.error, 'authorization_pending')

  const browser = new Browser(house)
  const page = await browser.open(pathOf(device.verification_uri))
  t.regex(wordsOn(page), /Type the code that the device shows, to connect it to dev\.jasonhollis\.com/)
  const consent = await browser.submit(page, { user_code: device.user_code.toLowerCase().replace('-', ' ') })
  t.is(consent.status, 200)
  t.regex(wordsOn(consent), /Connect Kitchen speaker .*whose code you entered.*It will be able to Play and pause/)
  t.notRegex(wordsOn(consent), /See your/)
  house.advance(5000)
  t.is((await poll(house, device)).json.error, 'authorization_pending', 'nobody has approved yet')

  const done = await browser.submit(consent, TYPED)
  t.is(done.status, 200)
  t.regex(wordsOn(done), /Kitchen speaker is connected Go back to the device/)
  const tokens = await poll(house, device)
  t.is(tokens.status, 200)
  t.is(tokens.json.scope, 'music.control')
  t.is((await callApi(house, String(tokens.json.access_token))).status, 200)
  const seen = house.music.lastRequest!
  t.deepEqual(seen.header('x-remote-user-name'), ['ada'])
  t.deepEqual(seen.header('x-auth-client-id'), ['kitchen'])

  house.advance(3600_000)
  t.is((await callApi(house, String(tokens.json.access_token))).status, 401)
  const refresh = (token: unknown) =>
    postToken(house, { grant_type: 'refresh_token', client_id: 'kitchen', refresh_token: String(token) })
  const refreshed = await refresh(tokens.json.refresh_token)
  t.is(refreshed.status, 200)
  t.not(refreshed.json.refresh_token, tokens.json.refresh_token, 'it rotates')
  t.is((await callApi(house, String(refreshed.json.access_token))).status, 200)

  const events = () => house.events().map(({ event, user, client }) => [event, user, client].filter(Boolean).join(' '))
  // It is noted after the call was answered.
  while (!events().includes('first_call ada kitchen')) await setImmediate()
  const others = events().filter((event) => !event.startsWith('first_call'))
  t.deepEqual(others.slice(-4), [
    'signed_in ada',
    'consented ada kitchen',
    'tokens_issued ada kitchen',
    'tokens_refreshed ada kitchen',
  ])
})

test('whoever denies connects nothing, needs no password for it, and the speaker hears so', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const done = await browser.submit(await typeCode(browser, device.user_code), {}, 'deny')
  t.is(done.status, 200)
  t.regex(wordsOn(done), /Nothing was connected Kitchen speaker was told that you said no/)
  t.is((await poll(house, device)).json.error, 'access_denied')
  t.not(house.events().at(-1)?.event, 'denied', 'anybody can deny; it would tell nothing')
})

test('the address with the code in it only fills in the form: it approves nothing, and asks to compare', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const page = await browser.open(pathOf(device.verification_uri_complete))
  t.is(page.status, 200)
  t.true(page.text.includes(`value="${device.user_code}"`))
  t.regex(wordsOn(page), /show exactly this code\?/)
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  const consent = await browser.submit(page, { user_code: device.user_code })
  t.is((await browser.submit(consent, TYPED)).status, 200)
  t.is((await poll(house, device)).status, 200)
})

test('somebody who is signed in approves a device by pressing a button, and only then', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const browser = new Browser(house)
  await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  const device = await startDevice(house)
  const page = await browser.open(pathOf(device.verification_uri_complete))
  const consent = await browser.submit(page, { user_code: device.user_code })
  t.regex(wordsOn(consent), /You are signed in as Ada Lovelace/)
  t.notRegex(consent.text, /type="password"/)
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  t.regex(wordsOn(await browser.submit(consent, {})), /is connected/)
  t.is((await poll(house, device)).status, 200)
})

test('a password that is wrong is asked for again, and a device signs its person in for the next one', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const [first, second] = [await startDevice(house), await startDevice(house)]
  const browser = new Browser(house)
  const again = await browser.submit(await typeCode(browser, first.user_code), { ...TYPED, password: 'wrong' })
  t.is(again.status, 400)
  t.regex(wordsOn(again), /Connect Kitchen speaker .*password is not right/)
  await browser.submit(again, TYPED)
  t.is((await poll(house, first)).status, 200)
  t.is((await poll(house, second)).json.error, 'authorization_pending')
  t.regex(wordsOn(await typeCode(browser, second.user_code)), /signed in as Ada/)
})

test('a code that nobody waits with stays in its field, to be corrected', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const typed = device.user_code === 'BBBB-BBBB' ? 'cccc-cccc' : 'bbbb-bbbb'
  for (const user_code of [typed, 'AEIO-UAEI', 'WDJB', '"><script>']) {
    const page = await typeCode(browser, user_code)
    t.is(page.status, 400)
    t.regex(wordsOn(page), /No device is waiting with this code/)
    t.notRegex(page.text, /<script/)
  }
  const page = await typeCode(browser, typed)
  t.true(page.text.includes(`value="${typed}"`))
  t.regex(wordsOn(await browser.submit(page, { user_code: device.user_code })), /Connect Kitchen speaker/)
})

test('a code works on the page until its ten minutes are over, and once', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const [first, second] = [await startDevice(house), await startDevice(house)]
  const browser = new Browser(house)
  house.advance(599_999)
  const [consent, late] = [await typeCode(browser, first.user_code), await typeCode(browser, second.user_code)]
  t.regex(wordsOn(await browser.submit(consent, TYPED)), /is connected/)
  t.regex(wordsOn(await typeCode(browser, first.user_code)), /No device is waiting/)
  const twice = await browser.submit(consent, TYPED, 'deny')
  t.is(twice.status, 400)
  t.regex(wordsOn(twice), /This code no longer works/)
  t.is((await poll(house, first)).status, 200)

  house.advance(1)
  const tooLate = await browser.submit(late, TYPED)
  t.is(tooLate.status, 400)
  t.regex(wordsOn(tooLate), /This code no longer works/)
  t.regex(wordsOn(await typeCode(browser, second.user_code)), /No device is waiting/)
  t.is((await poll(house, second)).json.error, 'expired_token')
})

test('a speaker that asks too often is slowed down, over TLS too', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const errors = []
  for (const pause of [0, device.interval * 1000 - 1001, 8999, 15_000]) {
    house.advance(pause)
    errors.push((await poll(house, device)).json.error)
  }
  t.deepEqual(errors, ['authorization_pending', 'slow_down', 'slow_down', 'authorization_pending'])
})

test('the pages of a device have no script, may not be framed or kept, and speak German to whoever does', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const consent = await typeCode(browser, device.user_code)
  for (const page of [await browser.open('/alexa/device'), consent, await browser.submit(consent, TYPED)]) {
    t.notRegex(page.text, /<script|javascript:| on\w+=/)
    t.regex(String(page.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/)
    t.is(page.headers['cache-control'], 'no-store')
    t.is(page.headers['referrer-policy'], 'no-referrer')
  }
  const german = await exactRequest(house, { path: '/alexa/device', headers: { 'accept-language': 'de-AT,de' } })
  t.regex(german.text, /<html lang="de">/)
})

test('a wrong method or body at either address is refused in the form that its caller reads', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const get = await exactRequest(house, { path: '/alexa/device_authorization' })
  t.is(get.status, 405)
  const put = await exactRequest(house, { method: 'PUT', path: '/alexa/device' })
  t.is(put.status, 405)
  t.is(put.headers.allow, 'GET, HEAD, POST')
  const headers = { 'content-type': 'application/json' }
  const json = { method: 'POST', headers, body: '{}' }
  t.is(
    JSON.parse((await exactRequest(house, { path: '/alexa/device_authorization', ...json })).text).error,
    'invalid_request',
  )
  const page = await exactRequest(house, { path: '/alexa/device', ...json })
  t.is(page.status, 400)
  t.regex(page.text, /<h1>/)
  t.is((await exactRequest(house, { path: '/alexa/device?user_code=a&user_code=b' })).status, 400)
})

test('of a device whose client registered itself people are told that nobody has checked its name', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { registration: { enabled: true } }))
  const client = { name: 'Kitchen', public: true, redirectUris: [], authMethods: [], createdAt: house.now() }
  const may = { scopes: ['music.control'], grantTypes: ['device_code' as const] }
  await house.prepared.store.put('client', 'self-made', { ...client, ...may })
  const device = await startDevice(house, { client_id: 'self-made' })
  const browser = new Browser(house)
  const page = await typeCode(browser, device.user_code)
  t.regex(wordsOn(page), /Nobody has checked that this really is “ ?Kitchen/)
  await browser.submit(page, TYPED)
  const { json } = await poll(house, device, { client_id: 'self-made' })
  t.is(json.scope, 'music.control')
  t.is(json.refresh_token, undefined, 'it is none of its grant types')
})

test('a client that may not use device codes gets none, and neither does one for codes get by the other way', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const { status, json } = await askForDevice(house, { client_id: 'phone', scope: 'music.read' })
  t.is(status, 400)
  t.like(json, { error: 'unauthorized_client' })
  const redirect_uri = 'http://127.0.0.1/callback'
  t.is((await openAuthorize(house, { client_id: 'kitchen', redirect_uri })).status, 400)
  const code = (await approve(house)).get('code') ?? ''
  const exchanged = await postToken(house, {
    grant_type: 'authorization_code',
    client_id: 'kitchen',
    code,
    redirect_uri,
  })
  t.is(exchanged.json.error, 'unauthorized_client')
})
