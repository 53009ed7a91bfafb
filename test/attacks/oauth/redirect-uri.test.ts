import test from 'ava'
import { aboutForm } from '../../../src/oauth/checks/check-own-form.ts'
import { newCsrfToken } from '../../../src/oauth/checks/csrf-token.ts'
import { Browser } from '../../support/browser.ts'
import { exactRequest, FORM } from '../../support/exact-request.ts'
import { ADA, JAPAN, startTestHouse } from '../../support/gateway.ts'
import { ALEXA_REQUEST, openAuthorize } from '../../support/linking.ts'

const US = 'https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2'
const WITH_QUERY = 'https://client.example/back?from=home'
const LOOPBACK = 'http://127.0.0.1:4000/back'

/** What somebody might send in the hope that it passes for `uri`. None of them is `uri`. */
function mutationsOf(uri: string): string[] {
  const { protocol, host, hostname, pathname, search } = new URL(uri)
  const rest = `${pathname}${search}`
  const to = (authority: string, path = rest) => `${protocol}//${authority}${path}`
  return [
    uri.slice(0, -1),
    uri.slice(0, uri.indexOf(host) + host.length),
    `${uri}x`,
    `${uri}/`,
    `${uri}/..`,
    `${uri}//`,
    `${uri};a=b`,
    `${uri}.evil.example`,
    `${uri}@evil.example`,
    `${uri}#`,
    `${uri}#fragment`,
    `${uri}%23fragment`,
    `${uri}?`,
    `${uri}&`,
    `${uri}?code=1`,
    `${uri}&code=1`,
    `${uri}%3Fcode=1`,
    `${uri} `,
    ` ${uri}`,
    `${uri}\t`,
    `${uri}\n`,
    `${uri}\r\nX-Injected: 1`,
    `${uri}\0`,
    `${uri}%00`,
    `${uri} https://evil.example/`,
    `${uri},https://evil.example/`,
    uri.toUpperCase(),
    uri.replace(protocol, protocol.toUpperCase()),
    to(hostname.toUpperCase()) === uri ? to(`${host}.`) : to(host.toUpperCase()),
    to(host, rest.toUpperCase()),
    to(`${host}.evil.example`),
    to(`evil.example.${host}`),
    to(`evil-${host}`),
    to(`${hostname}.`),
    to(`${hostname}:443`),
    to(`${hostname}:8443`),
    to(`${hostname}:`),
    to(`user@${host}`),
    to(`user:password@${host}`),
    to(`${host}@evil.example`),
    to(`${host}%40evil.example`),
    to(`${host}\\@evil.example`),
    to(`evil.example#@${host}`),
    to(`evil.example?@${host}`),
    to('evil.example', `/${uri}`),
    to('evil.example', `/?next=${uri}`),
    to(host.replace('.', '%2e')),
    to(host.replace('.', '。')),
    to(host.replace('a', 'а')),
    to(host, `/${rest}`),
    to(host, `/.${rest}`),
    to(host, `/x/..${rest}`),
    to(host, `/x/%2e%2e${rest}`),
    to(host, rest.replace('/', '/%2f')),
    to(host, rest.replace('/', '\\')),
    to(host, rest.replace('a', '%61')),
    to(host, rest.replace('c', '%63')),
    `${protocol}\\\\${host}${rest}`,
    `${protocol}/${host}${rest}`,
    `${protocol}${host}${rest}`,
    `//${host}${rest}`,
    `http://${host}${rest}x`,
    uri.replace('https:', 'http:').replace('http://127', 'https://127'),
    `javascript:location='${uri}'`,
    `data:text/html,${uri}`,
    encodeURIComponent(uri),
    encodeURI(`${uri}ü`),
    `view-source:${uri}`,
    `"${uri}"`,
    '*',
    'null',
    'https://evil.example/',
    'https://evil.example/api/skill/link/MKXZK47785HJ2',
  ].filter((mutation) => mutation !== uri)
}

test('22. a redirect URI that is not a registered one letter by letter gets a page with status 400 and no redirect', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => {
    oauth.clients[1]!.redirect_uris = [WITH_QUERY, LOOPBACK]
  })
  const browser = new Browser(house)
  const registered = { 'amazon-alexa': [US, JAPAN], other: [WITH_QUERY, LOOPBACK] }
  for (const [client_id, uris] of Object.entries(registered)) {
    for (const uri of uris) {
      const right = await openAuthorize(house, { client_id, redirect_uri: uri }, browser)
      t.is(right.status, 200, uri)
      for (const redirect_uri of mutationsOf(uri)) {
        const { status, headers } = await openAuthorize(house, { client_id, redirect_uri }, browser)
        if (status === 400 && !('location' in headers) && !('refresh' in headers)) continue
        t.fail(`${JSON.stringify(redirect_uri)} was answered ${status}, location ${headers.location}`)
      }
    }
  }
})

test('22. a redirect URI is refused in whatever way its characters are encoded in the query', async (t) => {
  const house = await startTestHouse(t)
  const start = '/alexa/authorize?response_type=code&client_id=amazon-alexa&state=abc'
  const values = [
    `${JAPAN}x`,
    `${JAPAN}%00`,
    `${JAPAN}%0D%0ALocation:%20https://evil.example/`,
    `${JAPAN}%C0%AE`,
    `${JAPAN}%FF`,
    `${JAPAN}+`,
    `${encodeURIComponent(encodeURIComponent(JAPAN))}`,
    '',
    'https:%2F%2Fevil.example',
  ]
  for (const value of values) {
    const { status, headers } = await exactRequest(house, { path: `${start}&redirect_uri=${value}` })
    t.is(status, 400, value)
    t.is(headers.location, undefined, value)
  }
  const once = await exactRequest(house, { path: `${start}&redirect_uri=${JAPAN}` })
  t.is(once.status, 200)
  const none = await exactRequest(house, { path: start })
  t.is(none.status, 400)
  t.is(none.headers.location, undefined)
})

test('22. a redirect URI or client that is there twice, and a client that is not known, get a page and no redirect', async (t) => {
  const house = await startTestHouse(t)
  const right = new URLSearchParams(ALEXA_REQUEST).toString()
  const queries = [
    `${right}&redirect_uri=${encodeURIComponent(JAPAN)}`,
    `${right}&redirect_uri=https://evil.example/`,
    `redirect_uri=https://evil.example/&${right}`,
    `${right}&redirect%5Furi=https://evil.example/`,
    `${right}&client_id=other`,
    right.replace('amazon-alexa', 'nobody'),
    right.replace('amazon-alexa', 'Amazon-Alexa'),
    right.replace('amazon-alexa', '__proto__'),
    right.replace('amazon-alexa', ''),
  ]
  for (const query of queries) {
    const { status, headers, text } = await exactRequest(house, { path: `/alexa/authorize?${query}` })
    t.is(status, 400, query)
    t.is(headers.location, undefined, query)
    t.regex(text, /<h1>This link does not work<\/h1>/, query)
  }
})

test("22. another client's redirect URI gets a page and no redirect", async (t) => {
  const house = await startTestHouse(t)
  const { status, headers } = await openAuthorize(house, { client_id: 'phone', redirect_uri: JAPAN })
  t.is(status, 400)
  t.is(headers.location, undefined)
})

test('22. the redirect URI is checked again when the form comes back, whoever made its CSRF token', async (t) => {
  const house = await startTestHouse(t)
  const answers = []
  for (const redirect_uri of [JAPAN, `${JAPAN}/`, 'https://evil.example/']) {
    const query = new URLSearchParams({ ...ALEXA_REQUEST, redirect_uri }).toString()
    const request = Buffer.from(query).toString('base64url')
    const about = aboutForm('approve', request, undefined)
    const { token, cookie } = newCsrfToken({ randomBytes: (size) => Buffer.alloc(size, 7) }, undefined, about)
    const form = { request, csrf: token, decision: 'approve' }
    const body = new URLSearchParams({ ...form, username: ADA.name, password: ADA.password }).toString()
    const headers = { ...FORM, cookie: cookie.split(';')[0]! }
    answers.push(await exactRequest(house, { method: 'POST', path: '/alexa/approve', headers, body }))
  }
  t.deepEqual(
    answers.map(({ status }) => status),
    [303, 400, 400],
  )
  t.deepEqual(
    answers.map(({ headers }) => headers.location?.startsWith(`${JAPAN}?code=`)),
    [true, undefined, undefined],
  )
})
