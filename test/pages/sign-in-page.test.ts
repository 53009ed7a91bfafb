import { createHash } from 'node:crypto'
import test from 'ava'
import { errorPage } from '../../src/pages/error-page.ts'
import { type SignIn, signInPage } from '../../src/pages/sign-in-page.ts'
import { Browser } from '../support/browser.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { openAuthorize } from '../support/linking.ts'

const SIGN_IN: SignIn = {
  clientName: 'Amazon Alexa',
  host: 'home.example',
  permissions: ['See your music', 'Play and pause'],
  action: '/alexa/approve',
  request: 'cmVxdWVzdA',
  csrf: 'csrf-token',
}

const HOSTILE = `"><img src=x onerror=alert(1)>'<script>&lt;</style></title>`
const show = (change: Partial<SignIn> = {}) => signInPage({ ...SIGN_IN, ...change }, {})
/** The page without its style, which is nobody's input. */
const markup = (page: string) => page.replace(/<style>.*?<\/style>/s, '')
const inputs = (page: string) => [...markup(page).matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag)

test('the page says who asks, for which home, and what will be allowed', (t) => {
  const { status, body } = show()
  t.is(status, 200)
  for (const text of ['Amazon Alexa', 'home.example', 'See your music', 'Play and pause']) t.true(body.includes(text))
  t.true(body.includes('<html lang="en">'))
  t.regex(body, /<title>[^<]*Amazon Alexa<\/title>/)
  t.regex(body, /<meta name="viewport" content="width=device-width, initial-scale=1">/)
  t.is(body.match(/<h1>/g)?.length, 1)
  t.false(body.includes('role="alert"'))
})

test('what was wrong is shown at the fields, and the name that was typed is kept', (t) => {
  const { status, body } = show({ error: 'The name or the password is not right.', name: 'ada' })
  t.is(status, 400)
  t.regex(body, /<p [^>]*role="alert" id="error">The name or the password is not right\.<\/p>/)
  const [name, password] = ['username', 'password'].map((field) =>
    inputs(body).find((tag) => tag.includes(`id="${field}"`)),
  )
  t.regex(name ?? '', / value="ada"/)
  t.regex(password ?? '', /aria-describedby="error"/)
  t.notRegex(password ?? '', / value=/)
})

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

test('each field has a label that is tied to it, and every id is there once', (t) => {
  for (const { body } of [show(), show({ error: 'Wrong.', name: 'ada' })]) {
    const visible = inputs(body).filter((tag) => !tag.includes('type="hidden"'))
    t.is(visible.length, 2)
    for (const tag of visible) {
      const id = / id="([^"]+)"/.exec(tag)?.[1]
      t.regex(body, new RegExp(`<label for="${id}">[^<]+</label>`))
    }
    const ids = [...markup(body).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    t.is(new Set(ids).size, ids.length)
    for (const [, id] of body.matchAll(/aria-describedby="([^"]+)"/g)) t.true(ids.includes(id), id)
  }
})

test('a password manager knows the fields, and a phone does not change what is typed', (t) => {
  const [name = '', password = ''] = inputs(show().body).filter((tag) => !tag.includes('type="hidden"'))
  t.regex(name, / name="username".* autocomplete="username" autocapitalize="none"/s)
  t.regex(password, / type="password" autocomplete="current-password"/)
})

test('the form is sent by two plain buttons; Deny asks for no password, and Enter presses Approve', (t) => {
  const { body } = show()
  t.regex(body, /<form method="post" action="\/alexa\/approve">/)
  const buttons = [...body.matchAll(/<button\b[^>]*>/g)].map(([tag]) => tag)
  t.is(buttons.length, 2)
  t.regex(buttons[0] ?? '', / name="decision" value="approve"/)
  t.notRegex(buttons[0] ?? '', /formnovalidate/)
  t.regex(buttons[1] ?? '', / name="decision" value="deny" formnovalidate/)
})

const pages = {
  'the sign-in page': show(),
  'the sign-in page after an error': show({ error: 'Wrong.', name: 'ada' }),
  'an error page': errorPage(403, 'No', ['Because.']),
}

for (const [what, { headers, body }] of Object.entries(pages)) {
  test(`${what} works without script and loads nothing from anywhere`, (t) => {
    t.notRegex(body, /<script|<iframe|<object|<embed|<link|<base|http-equiv|javascript:/i)
    t.notRegex(markup(body), /\son[a-z]+\s*=|\sstyle\s*=/i)
    t.notRegex(body, /(src|href|action|srcset|data|poster)\s*=\s*["']?\s*(https?:)?\/\//i)
    t.notRegex(body, /https?:\/\/|url\(|@import/i)
  })

  test(`${what} has headers that let only its own style through, and nobody frame, sniff or keep it`, (t) => {
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = String(headers['Content-Security-Policy']).split('; ')
    const expected = ["base-uri 'none'", "default-src 'none'", "frame-ancestors 'none'", `style-src 'sha256-${hash}'`]
    t.deepEqual(policy.sort(), expected)
    t.is(body.match(/<style/g)?.length, 1)
    t.like(headers, {
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Content-Type': 'text/html; charset=utf-8',
    })
  })
}

for (const field of ['clientName', 'host', 'action', 'request', 'csrf', 'error', 'name'] as const) {
  test(`a hostile ${field} is escaped wherever it is shown`, (t) => {
    const shown = field === 'name' ? { error: 'Wrong.', name: HOSTILE } : { [field]: HOSTILE }
    const { body } = show(shown)
    t.false(body.includes(HOSTILE))
    t.notRegex(body, /<img|<script|"><|'</)
    t.true(body.includes('&#34;&#62;&#60;img src=x onerror=alert(1)&#62;&#39;&#60;script&#62;&#38;lt;'))
    t.is(body.match(/<\/title>/g)?.length, 1)
    t.is(body.match(/<\/style>/g)?.length, 1)
  })
}

test('a hostile permission, error title or sentence is escaped', (t) => {
  for (const { body } of [show({ permissions: ['fine', HOSTILE] }), errorPage(400, HOSTILE, ['fine', HOSTILE])]) {
    t.notRegex(body, /<img|<script/)
    t.is(body.match(/<\/title>/g)?.length, 1)
  }
})

test('hostile names in the configuration reach the browser escaped', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => {
    oauth.clients[0]!.name = `Alexa ${HOSTILE}`
    oauth.scopes['user:read'] = `Name ${HOSTILE}`
  })
  const { status, text } = await openAuthorize(house)
  t.is(status, 200)
  t.notRegex(text, /<img|<script/)
  t.is(text.match(/&#34;&#62;&#60;img src=x/g)!.length >= 3, true)
})
