import test, { type ExecutionContext } from 'ava'
import { Browser } from '../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode } from '../support/device.ts'
import { ADA, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { approve, exchange, openAuthorize, refresh } from '../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }

async function open(t: ExecutionContext) {
  const house = await startTestHouse(t)
  return { house, happened: eventsSince(house, house.events().length) }
}

/** What was written since, with the attempts that it belongs to. */
function eventsSince(house: TestHouse, before: number) {
  return () => house.events().slice(before)
}

const names = (events: Record<string, unknown>[]) => events.map(({ event }) => event)
const attempts = (events: Record<string, unknown>[]) => [...new Set(events.map(({ attempt }) => attempt))]

test('all that belongs to one attempt to link is written under one id, down to the grant', async (t) => {
  const { house, happened } = await open(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const wrong = await browser.submit(page, { ...TYPED, password: 'not the right one' })
  const { location } = await browser.submit(wrong, TYPED)
  t.is((await exchange(house, new URL(location).searchParams.get('code'))).status, 200)

  const events = happened()
  t.deepEqual(names(events), ['link_opened', 'sign_in_failed', 'signed_in', 'consented', 'code_redeemed'])
  const [attempt] = attempts(events)
  t.deepEqual(attempts(events), [attempt])
  t.regex(String(attempt), /^[\w-]{10}$/)
  t.like(events[0], { client: 'amazon-alexa', address: '127.0.0.1', scopes: ['music.control', 'user:read'] })
  const grant = await house.prepared.store.get('grant', String(events.at(-1)?.grant))
  t.is(grant?.attempt, attempt as string)
})

test('another attempt has another id', async (t) => {
  const { house, happened } = await open(t)
  await openAuthorize(house, { state: 'one' })
  await openAuthorize(house, { state: 'two' })
  t.is(attempts(happened()).length, 2)
})

test('a link that the authorization endpoint refuses is written down, on a page or by a redirect', async (t) => {
  const { house, happened } = await open(t)
  t.is((await openAuthorize(house, { client_id: 'nobody' })).status, 400)
  t.is((await openAuthorize(house, { redirect_uri: 'https://evil.example/' })).status, 400)
  t.is((await openAuthorize(house, { response_type: 'token' })).status, 303)
  const events = happened()
  t.deepEqual(names(events), Array(3).fill('link_refused'))
  t.is(attempts(events).length, 3)
  t.deepEqual(
    events.map(({ client }) => client),
    [undefined, 'amazon-alexa', 'amazon-alexa'],
  )
  t.regex(String(events[0]?.detail), /unknown client "nobody"/)
  t.regex(String(events[1]?.detail), /^invalid_request: client amazon-alexa asked for "https:\/\/evil\.example\/"/)
  t.regex(String(events[2]?.detail), /^unsupported_response_type: /)
})

test('a form that comes without its cookie is written down under the attempt that it belongs to', async (t) => {
  const { house, happened } = await open(t)
  const page = await openAuthorize(house)
  t.is((await new Browser(house).submit(page, TYPED)).status, 403)
  const events = happened()
  t.deepEqual(names(events), ['link_opened', 'link_refused'])
  t.is(attempts(events).length, 1)
  t.regex(String(events[1]?.detail), /CSRF/)
})

test('a denial is written down as that, and is no refusal', async (t) => {
  const { house, happened } = await open(t)
  const browser = new Browser(house)
  await browser.submit(await openAuthorize(house, {}, browser), {}, 'deny')
  t.deepEqual(names(happened()), ['link_opened', 'denied'])
  t.is(attempts(happened()).length, 1)
})

test('a code that is sent with a wrong secret tells which attempt to link ends there', async (t) => {
  const { house, happened } = await open(t)
  const code = (await approve(house)).get('code')
  t.is((await exchange(house, code, { client_secret: 'wrong' })).json.error, 'invalid_client')
  const events = happened()
  t.deepEqual(names(events), ['link_opened', 'signed_in', 'consented', 'token_refused', 'client_refused'])
  const [opened, , , refused] = events
  t.is(refused?.attempt, opened?.attempt)
  t.like(refused, { user: ADA.name, detail: 'invalid_client: wrong secret for client amazon-alexa' })
  t.is(refused?.client, undefined, 'nobody has proven to be a client')
  t.false(JSON.stringify(events).includes(String(code)))
})

test('a code that cannot be redeemed tells which attempt and which client it was', async (t) => {
  const { house, happened } = await open(t)
  const code = (await approve(house)).get('code')
  const elsewhere = { redirect_uri: 'https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2' }
  t.is((await exchange(house, code, elsewhere)).json.error, 'invalid_grant')
  const refused = happened().at(-1)
  t.like(refused, { event: 'token_refused', client: 'amazon-alexa', attempt: happened()[0]?.attempt as string })
  t.regex(String(refused?.detail), /^invalid_grant: code issued for https:\/\/alexa\.amazon\.co\.jp/)

  t.is((await exchange(house, 'x')).json.error, 'invalid_grant')
  t.like(happened().at(-1), { event: 'token_refused', attempt: undefined, client: 'amazon-alexa' })
})

test('a refresh that is refused tells its grant', async (t) => {
  const { house, happened } = await open(t)
  const { json } = await exchange(house, (await approve(house)).get('code'))
  const { grant } = happened().at(-1)!
  t.is((await refresh(house, json.refresh_token, { scope: 'admin' })).json.error, 'invalid_scope')
  t.like(happened().at(-1), { event: 'token_refused', client: 'amazon-alexa', grant: String(grant) })
})

test('a device belongs to no attempt to link, and asking on is no refusal', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const happened = eventsSince(house, house.events().length)
  const device = await startDevice(house)
  t.is((await poll(house, device)).json.error, 'authorization_pending')
  house.advance(1000)
  t.is((await poll(house, device)).json.error, 'slow_down')
  const browser = new Browser(house)
  await browser.submit(await typeCode(browser, device.user_code), TYPED)
  t.deepEqual(names(happened()), ['signed_in', 'consented'])
  t.deepEqual(attempts(happened()), [undefined])
})
