import { createHash } from 'node:crypto'
import test from 'ava'
import { examplePages, LANGUAGES, markup, tags, VALUES } from './examples.ts'

const HOSTILE = `"><img src=x onerror=alert(1)>'<script>&lt;</style></title>`
const ESCAPED = '&#34;&#62;&#60;img src=x onerror=alert(1)&#62;&#39;&#60;script&#62;&#38;lt;'

const pages = LANGUAGES.flatMap((language) =>
  Object.entries(examplePages(language)).map(([what, page]) => ({ what: `${what} (${language})`, language, page })),
)

test('every page works without script and loads nothing from anywhere', (t) => {
  for (const { what, page } of pages) {
    t.notRegex(page.body, /<script|<iframe|<object|<embed|<link|<base|http-equiv|javascript:/i, what)
    t.notRegex(markup(page.body), /\son[a-z]+\s*=|\sstyle\s*=/i, what)
    t.notRegex(page.body, /(src|href|srcset|data|poster)\s*=/i, what)
    t.notRegex(page.body, /https?:\/\/|url\(|@import/i, what)
  }
})

test('every page lets only its own style through, and nobody frame, open, sniff or keep it', (t) => {
  for (const { what, page } of pages) {
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page.body) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = String(page.headers['Content-Security-Policy']).split('; ')
    const expected = ["base-uri 'none'", "default-src 'none'", "frame-ancestors 'none'", `style-src 'sha256-${hash}'`]
    t.deepEqual(policy.sort(), expected, what)
    t.is(page.body.match(/<style/g)?.length, 1, what)
    t.like(
      page.headers,
      {
        'X-Frame-Options': 'DENY',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
        'Content-Type': 'text/html; charset=utf-8',
      },
      what,
    )
  }
})

test('every page tells its language to the reader, and what it depends on to whoever might keep it', (t) => {
  for (const { what, language, page } of pages) {
    t.true(page.body.includes(`<html lang="${language}">`), what)
    t.is(page.headers['Content-Language'], language, what)
    const isError = /an error page|the page of/.test(what)
    t.is(page.headers.Vary, isError ? 'Accept, Accept-Language' : 'Accept-Language, Cookie', what)
  }
})

test('every page has one heading of the first rank, one title, and fits the screen of a phone', (t) => {
  for (const { what, page } of pages) {
    t.is(tags(page.body, 'h1').length, 1, what)
    t.regex(page.body, /<title>[^<]+<\/title>/, what)
    t.regex(page.body, /<meta name="viewport" content="width=device-width, initial-scale=1">/, what)
  }
})

test('on every page each field has a label of its own, and what describes it is there', (t) => {
  for (const { what, page } of pages) {
    const ids = [...markup(page.body).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    t.is(new Set(ids).size, ids.length, what)
    for (const tag of tags(page.body, 'input').filter((tag) => !tag.includes('type="hidden"'))) {
      const [, id] = /\sid="([^"]+)"/.exec(tag) ?? []
      t.regex(page.body, new RegExp(`<label for="${id}">[^<]+</label>`), what)
      t.regex(tag, new RegExp(`\\sname="${id}"`), what)
    }
    for (const [, described = ''] of page.body.matchAll(/aria-describedby="([^"]+)"/g))
      for (const id of described.split(' ')) t.true(ids.includes(id), `${what}: ${id}`)
  }
})

test('every form goes where it should, and brings back the request and the CSRF token', (t) => {
  const withForm = pages.filter(({ page }) => tags(page.body, 'form').length > 0)
  t.is(withForm.length, 2 * 40)
  for (const { what, page } of withForm) {
    const forms = tags(page.body, 'form')
    t.true(forms.length === 1 || what.startsWith('the account page'), what)
    for (const tag of [
      `<form method="post" action="${VALUES.action}">`,
      `<input type="hidden" name="request" value="${VALUES.request}">`,
      `<input type="hidden" name="csrf" value="${VALUES.csrf}">`,
    ])
      t.is(page.body.split(tag).length - 1, forms.length, what)
  }
})

const MISTYPED = { status: 400, retryAfter: undefined }
/** What the server with the account says, of pages whose names have this in them. */
const ELSEWHERE: Record<string, { status: number; retryAfter?: string }> = {
  'for a guest': { status: 403 },
  'for an account that is off': { status: 403 },
  'are out of reach': { status: 503 },
  'with the account waits': { status: 429, retryAfter: '29' },
}

test('what went wrong is in the title, in an alert, at the field and in the status', (t) => {
  for (const { what, language, page } of pages) {
    const elsewhere = Object.entries(ELSEWHERE).find(([end]) => what.includes(end))?.[1]
    const failed = / after (a|an|too many) (wrong|unknown)| came too late/.test(what) || elsewhere !== undefined
    const word = { en: 'Error: ', de: 'Fehler: ' }[language]
    t.is(page.body.includes(`<title>${word}`), failed, what)
    t.is(page.body.split('role="alert" id="problem">').length - 1, failed ? 1 : 0, what)
    t.is(/aria-describedby="problem/.test(page.body), failed, what)
    t.is(/aria-invalid="true"/.test(page.body), failed && !elsewhere && !/too many|too late/.test(what), what)
    const { status, retryAfter } =
      elsewhere ?? (what.includes('too many') ? { status: 429, retryAfter: '90' } : MISTYPED)
    if (failed) t.is(page.status, status, what)
    if (failed) t.is(page.headers['Retry-After'], retryAfter, what)
  }
})

for (const field of Object.keys(VALUES) as (keyof typeof VALUES)[]) {
  test(`a hostile ${field} is escaped wherever it is shown`, (t) => {
    for (const language of LANGUAGES) {
      const shown = Object.values(examplePages(language, { ...VALUES, [field]: HOSTILE }))
      t.true(shown.some(({ body }) => body.includes(ESCAPED)))
      for (const { body } of shown) {
        t.false(body.includes(HOSTILE))
        t.notRegex(body, /<img|<script|"><|'</)
        t.is(body.match(/<\/title>/g)?.length, 1)
        t.is(body.match(/<\/style>/g)?.length, 1)
      }
    }
  })
}
