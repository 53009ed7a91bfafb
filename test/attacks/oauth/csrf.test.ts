import test from 'ava'
import { Browser, type Page } from '../../support/browser.ts'
import { exactRequest, FORM } from '../../support/exact-request.ts'
import { ADA, JAPAN, startTestHouse } from '../../support/gateway.ts'
import { ALEXA_REQUEST, openAuthorize } from '../../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }

/** The same page with other hidden fields. */
function withHidden(page: Page, hidden: Record<string, string | undefined>): Page {
  const fields = Object.entries({ ...page.hidden, ...hidden }).filter((field): field is [string, string] => !!field[1])
  return { ...page, hidden: Object.fromEntries(fields) }
}

function encodeRequest(parameters: Record<string, string>): string {
  return Buffer.from(new URLSearchParams(parameters).toString()).toString('base64url')
}

test('31. a consent without a CSRF token, or with a wrong one, is answered 403, right password or not', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const { csrf = '' } = page.hidden
  const [cookie = ''] = browser.cookies.values()
  const wrong = [undefined, 'x', csrf.slice(1), `${csrf}A`, 'A'.repeat(43), `${csrf.slice(1)}A`, cookie, ` ${csrf}`]
  for (const token of wrong) {
    for (const decision of ['approve', 'deny'] as const) {
      const { status, headers } = await browser.submit(withHidden(page, { csrf: token }), TYPED, decision)
      t.is(status, 403, token)
      t.is(headers.location, undefined)
    }
  }
  t.is((await browser.submit(page, TYPED)).status, 303)
})

test("31. another browser's CSRF token is answered 403, and so is a browser without a cookie", async (t) => {
  const house = await startTestHouse(t)
  const mine = new Browser(house)
  const page = await openAuthorize(house, {}, mine)
  const attacker = new Browser(house)
  const theirs = await openAuthorize(house, {}, attacker)
  const asked = ({ hidden }: typeof page) => hidden.request?.split('.').slice(0, 2)
  t.deepEqual(asked(theirs), asked(page))

  t.is((await mine.submit(theirs, TYPED)).status, 403)
  t.is((await mine.submit(withHidden(page, { csrf: theirs.hidden.csrf }), TYPED)).status, 403)
  t.is((await attacker.submit(page, TYPED)).status, 403)
  t.is((await new Browser(house).submit(page, TYPED)).status, 403)
  t.is((await mine.submit(page, TYPED)).status, 303)
  t.is((await attacker.submit(theirs, TYPED)).status, 303)
})

test('31. a CSRF token of another request in the same browser is answered 403', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const other = await openAuthorize(house, { scope: 'user:read' }, browser)
  t.is((await browser.submit(withHidden(page, { csrf: other.hidden.csrf }), TYPED)).status, 403)
  t.is((await browser.submit(withHidden(other, { csrf: page.hidden.csrf }), TYPED)).status, 403)
  t.is((await browser.submit(page, TYPED)).status, 303, 'both pages can be open side by side')
  t.is((await browser.submit(other, TYPED)).status, 303)
})

test('31. a request that was changed in the form is answered 403, a missing one 400', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { scope: 'user:read' }, browser)
  const changed = [
    encodeRequest({ ...ALEXA_REQUEST, scope: 'music.control user:read' }),
    encodeRequest({ ...ALEXA_REQUEST, scope: 'user:read', redirect_uri: 'https://evil.example/' }),
    encodeRequest({ ...ALEXA_REQUEST, scope: 'user:read', client_id: 'other' }),
    encodeRequest({ ...ALEXA_REQUEST, scope: 'user:read', state: 'of-somebody-else' }),
    `${page.hidden.request}AAAA`,
    page.hidden.request!.slice(4),
    '\0',
    '%FF',
  ]
  for (const request of changed) {
    const { status, headers } = await browser.submit(withHidden(page, { request }), TYPED)
    t.is(status, 403, request)
    t.is(headers.location, undefined)
  }
  t.is((await browser.submit(withHidden(page, { request: undefined }), TYPED)).status, 400)
})

test('31. a cookie that was set twice, is empty or malformed counts as none', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const [[name = '', value = ''] = []] = browser.cookies
  const body = new URLSearchParams({ ...page.hidden, ...TYPED, decision: 'approve' }).toString()
  const post = (cookie: string) =>
    exactRequest(house, { method: 'POST', path: page.action, headers: { ...FORM, cookie }, body })
  const twice = `${name}=${value}; ${name}=${'A'.repeat(43)}`
  for (const cookie of [
    `${name}=`,
    twice,
    `${name}=${value}; ${name}=${value}`,
    `${name}=${value}A`,
    `x${name}=${value}`,
  ]) {
    t.is((await post(cookie)).status, 403, cookie)
  }
  t.is((await post(`theme=dark; ${name}=${value}; lang=en`)).status, 303)
})

test('31. a form that was shown with nobody signed in needs a password, whatever else is typed', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const withoutSignIn: [typed: Record<string, string>, status: number][] = [
    [{}, 200],
    [{ username: '', password: '' }, 200],
    [{ username: ADA.name }, 400],
    [{ username: ADA.name, password: '' }, 400],
    [{ password: ADA.password }, 400],
    [{ otp: '123456' }, 400],
    [{ username: ADA.name, password: 'wrong' }, 400],
  ]
  for (const [typed, expected] of withoutSignIn) {
    const { status, headers, text } = await browser.submit(page, typed)
    t.is(status, expected, JSON.stringify(typed))
    t.is(headers.location, undefined)
    t.regex(text, /name="password"/)
  }
  t.deepEqual([...browser.cookies.keys()], ['__Host-skillgate-csrf'])
  t.is((await browser.submit(page, TYPED)).status, 303)
})

test('31. only the button that approves does: any other decision is sent back as access_denied', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const [[name, value] = []] = browser.cookies
  const headers = { ...FORM, cookie: `${name}=${value}` }
  for (const decision of ['deny', '', 'Approve', 'approve ', 'true']) {
    const body = new URLSearchParams({ ...page.hidden, ...TYPED, decision }).toString()
    const answer = await exactRequest(house, { method: 'POST', path: page.action, headers, body })
    t.is(answer.status, 303, decision)
    t.true(answer.headers.location?.startsWith(`${JAPAN}?error=access_denied&`), decision)
  }
})
