import test from 'ava'
import { signedOutPage, signOutPage } from '../../src/pages/sign-out-page.ts'
import { tags, words } from './examples.ts'

const ASKED = { language: 'en', host: 'home.example', action: '/signout', request: 'r', csrf: 'c' } as const

test('who is signed in is told so, and signs out with one button', (t) => {
  const { status, body } = signOutPage({ ...ASKED, signedInAs: 'Ada' })
  t.is(status, 200)
  t.regex(words(body), /Ada is signed in to home\.example\./)
  t.deepEqual(tags(body, 'button'), ['<button class="primary" name="decision" value="sign-out">'])
})

test('where nobody is signed in there is nothing to press', (t) => {
  const { status, body } = signOutPage(ASKED)
  t.is(status, 200)
  t.regex(words(body), /nobody is signed in to home\.example\./)
  t.is(tags(body, 'button').length + tags(body, 'form').length, 0)
})

test('after signing out the page says so', (t) => {
  const { status, headers, body } = signedOutPage({ language: 'de', host: 'home.example' }, { 'Set-Cookie': 'a=' })
  t.is(status, 200)
  t.is(headers['Set-Cookie'], 'a=')
  t.regex(words(body), /^Sie sind abgemeldet .*home\.example/)
})
