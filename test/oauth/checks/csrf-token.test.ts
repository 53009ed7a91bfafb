import { randomBytes } from 'node:crypto'
import test from 'ava'
import { checkCsrf, newCsrfToken } from '../../../src/oauth/checks/csrf-token.ts'

const REQUEST = 'client_id=a&state=b'

/** What a browser sends back of a `Set-Cookie`. */
const sentBack = (setCookie: string) => setCookie.split(';')[0]!

test('a token is good in the browser it was made in, for the request it was made for', (t) => {
  const { token, cookie } = newCsrfToken({ randomBytes }, undefined, REQUEST)
  t.true(checkCsrf(sentBack(cookie), REQUEST, token))
  t.true(checkCsrf(`a=b; ${sentBack(cookie)}; c=d`, REQUEST, token))
  t.true(checkCsrf(`a=b;${sentBack(cookie)}`, REQUEST, token))
})

test('the cookie belongs to this host alone, over TLS alone, out of reach of scripts', (t) => {
  const { cookie } = newCsrfToken({ randomBytes }, undefined, REQUEST)
  t.regex(cookie, /^__Host-[\w-]+=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
})

test('a token is no good for another request, in another browser, without a cookie, or changed', (t) => {
  const { token, cookie } = newCsrfToken({ randomBytes }, undefined, REQUEST)
  const stranger = newCsrfToken({ randomBytes }, undefined, REQUEST)
  const mine = sentBack(cookie)
  t.false(checkCsrf(mine, `${REQUEST}&scope=admin`, token))
  t.false(checkCsrf(mine, '', token))
  t.false(checkCsrf(sentBack(stranger.cookie), REQUEST, token))
  t.false(checkCsrf(mine, REQUEST, stranger.token))
  t.false(checkCsrf(undefined, REQUEST, token))
  t.false(checkCsrf('', REQUEST, token))
  for (const wrong of ['', token.slice(1), `${token}A`, token.toLowerCase(), mine, mine.split('=')[1] as string]) {
    t.false(checkCsrf(mine, REQUEST, wrong), wrong)
  }
})

test('a cookie that is there twice, or has another form or name, counts as none', (t) => {
  const { token, cookie } = newCsrfToken({ randomBytes }, undefined, REQUEST)
  const mine = sentBack(cookie)
  const wrong = [
    `${mine}; ${mine}`,
    `${mine}A`,
    mine.slice(0, -1),
    `"${mine}"`,
    mine.toLowerCase(),
    mine.replace('__Host-', ''),
    mine.replace(/=.*/, '='),
    mine.replace(/=.*/, `=${'A'.repeat(44)}`),
  ]
  for (const cookies of wrong) t.false(checkCsrf(cookies, REQUEST, token), cookies)
})

test('an empty secret opens nothing', (t) => {
  const { cookie } = newCsrfToken({ randomBytes }, undefined, REQUEST)
  const empty = sentBack(cookie).replace(/=.*/, '=')
  t.false(checkCsrf(empty, REQUEST, ''))
  t.not(newCsrfToken({ randomBytes }, empty, REQUEST).cookie.split(';')[0], empty)
})

test('a browser keeps its secret from page to page, so that two of them can be open, and gets its own', (t) => {
  const first = newCsrfToken({ randomBytes }, undefined, REQUEST)
  const second = newCsrfToken({ randomBytes }, sentBack(first.cookie), 'another')
  t.is(second.cookie, first.cookie)
  t.not(second.token, first.token)
  t.true(checkCsrf(sentBack(second.cookie), REQUEST, first.token))
  t.not(newCsrfToken({ randomBytes }, undefined, REQUEST).cookie, first.cookie)
})

test('the token tells nothing of the secret that the cookie holds', (t) => {
  const { token, cookie } = newCsrfToken({ randomBytes }, undefined, REQUEST)
  t.regex(token, /^[\w-]{43}$/)
  t.false(cookie.includes(token))
})
