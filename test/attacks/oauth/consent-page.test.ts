import test, { type ExecutionContext } from 'ava'
import { Browser, type Page } from '../../support/browser.ts'
import { ADA, ISSUER, startTestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'

function checkHeaders(t: ExecutionContext, { headers, text }: Page, what: string): void {
  const policy = String(headers['content-security-policy'])
  t.regex(policy, /default-src 'none'/, what)
  t.regex(policy, /frame-ancestors 'none'/, what)
  t.regex(policy, /base-uri 'none'/, what)
  t.notRegex(policy, /unsafe|script-src|\*|https?:/, what)
  t.is(headers['x-frame-options'], 'DENY', what)
  t.is(headers['referrer-policy'], 'no-referrer', what)
  t.is(headers['x-content-type-options'], 'nosniff', what)
  t.is(headers['cache-control'], 'no-store', what)
  t.is(headers['content-type'], 'text/html; charset=utf-8', what)
  t.notRegex(text, /<script|\son\w+=|javascript:/i, what)
}

test('30. no page of linking can be framed, tells where it was reached, runs a script or is kept', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const stranger = new Browser(house)
  const pages = {
    200: page,
    'wrong password': await browser.submit(page, { username: 'ada', password: 'wrong' }),
    'unknown client': await openAuthorize(house, { client_id: 'nobody' }),
    'without CSRF token': await stranger.submit(page, { username: 'ada', password: ADA.password }),
    'not found': await browser.open('/alexa/nothing'),
    'wrong method': await browser.open('/alexa/approve'),
  }
  for (const [what, shown] of Object.entries(pages)) checkHeaders(t, shown, what)
  t.deepEqual(
    Object.values(pages).map(({ status }) => status),
    [200, 400, 400, 403, 404, 405],
  )
})

test('30. the cookie of the consent page is out of reach of scripts, other hosts and plain HTTP', async (t) => {
  const house = await startTestHouse(t)
  const { headers } = await openAuthorize(house)
  t.regex(
    String(headers['set-cookie']),
    /^__Host-skillgate-csrf=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=(Lax|Strict)$/,
  )
})

test('21. neither a code nor the CSRF cookie is in a page, only in the one header that it belongs to', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const [cookie = ''] = browser.cookies.values()
  t.is(cookie.length, 43)
  t.false(page.text.includes(cookie))
  const { text, location, headers } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  const code = new URL(location).searchParams.get('code') ?? ''
  t.is(code.length, 43)
  t.is(text, '')
  t.false(JSON.stringify({ ...headers, location: '' }).includes(code))
})

test('21. an error page leads nowhere, and names no client or redirect URI that a stranger chose', async (t) => {
  const house = await startTestHouse(t)
  const page = await openAuthorize(house, { redirect_uri: 'https://evil.example/<script>', client_id: 'amazon-alexa' })
  t.is(page.status, 400)
  t.notRegex(page.text, /evil|href|<a |http-equiv/)
})

test('the consent page names the client, the home whose account it is, and what will be allowed', async (t) => {
  const house = await startTestHouse(t)
  const { text } = await openAuthorize(house, { scope: 'user:read' })
  t.true(text.includes('Amazon Alexa'))
  t.true(text.includes(new URL(ISSUER).host))
  t.true(text.includes('See your name'))
  t.false(text.includes('Play and pause'))
})
