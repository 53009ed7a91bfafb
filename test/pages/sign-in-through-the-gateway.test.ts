import test from 'ava'
import { Browser } from '../support/browser.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { openAuthorize } from '../support/linking.ts'

test('a password that was typed does not come back with the page, the name does', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const typed = { username: 'Ada"><script>', password: 'mistyped <password>' }
  const again = await browser.submit(page, typed)
  t.is(again.status, 400)
  t.regex(again.text, /role="alert"/)
  t.true(again.text.includes('value="Ada&#34;&#62;&#60;script&#62;"'))
  t.notRegex(again.text, /mistyped/)
  const sent = await browser.submit(again, { username: ADA.name, password: ADA.password })
  t.is(sent.status, 303)
})

test('hostile names in the configuration reach the browser escaped', async (t) => {
  const hostile = `"><img src=x onerror=alert(1)>'<script>`
  const house = await startTestHouse(t, ({ oauth }) => {
    oauth.clients[0]!.name = `Alexa ${hostile}`
    oauth.scopes['user:read'] = `Name ${hostile}`
  })
  const { status, text } = await openAuthorize(house)
  t.is(status, 200)
  t.notRegex(text, /<img|<script/)
  t.true(text.match(/&#34;&#62;&#60;img src=x/g)!.length >= 3)
})
