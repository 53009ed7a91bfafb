import test from 'ava'
import { errorPage } from '../../src/pages/error-page.ts'
import { words } from './examples.ts'

test('an error page says what happened, as title, as heading and in sentences', (t) => {
  const { status, body } = errorPage({ language: 'en', status: 404, title: 'Nothing', sentences: ['One.', 'Two.'] })
  t.is(status, 404)
  t.true(body.includes('<title>Nothing</title>'))
  t.true(body.includes('<h1>Nothing</h1>\n<p>One.</p>\n<p>Two.</p>'))
})

test('a technical sentence on a German page is marked as the English that it is, on an English one it need not be', (t) => {
  const sentences = ['Eins.', { english: 'The client_id is not known here.' }]
  const { body } = errorPage({ language: 'de', status: 400, title: 'Nichts', sentences })
  t.true(body.includes('<p>Eins.</p>\n<p lang="en">The client_id is not known here.</p>'))
  const english = errorPage({ language: 'en', status: 400, title: 'Nothing', sentences }).body
  t.is(words(english), 'Nothing Eins. The client_id is not known here.')
  t.is(english.match(/lang="en"/g)?.length, 1)
})

test('an error page takes headers, and they win', (t) => {
  const headers = { Allow: 'GET', Vary: 'Accept', 'Retry-After': '5' }
  const page = errorPage({ language: 'en', status: 405, title: 'No', sentences: [], headers })
  t.like(page.headers, headers)
})
