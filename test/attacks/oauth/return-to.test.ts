import test from 'ava'
import { Browser } from '../../support/browser.ts'
import { exactRequest, FORM } from '../../support/exact-request.ts'
import { ADA, JAPAN, startTestHouse } from '../../support/gateway.ts'
import { ALEXA_REQUEST } from '../../support/linking.ts'

const NAMES = [
  'return_to',
  'returnTo',
  'next',
  'rd',
  'redirect',
  'url',
  'continue',
  'target',
  'post_logout_redirect_uri',
]
const PLACES = ['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example', '/\\/evil.example']
const QUERIES = NAMES.flatMap((name) => PLACES.map((place) => `${name}=${encodeURIComponent(place)}`))

test('29. no parameter but a registered redirect URI takes anybody anywhere, whatever it is called', async (t) => {
  const house = await startTestHouse(t)
  const query = new URLSearchParams(ALEXA_REQUEST).toString()
  const paths = ['/alexa/authorize', '/alexa/device', '/alexa/sign-out', '/health']
  for (const more of QUERIES) {
    for (const path of paths) {
      const asked = path === '/alexa/authorize' ? `${path}?${query}&${more}` : `${path}?${more}`
      const { status, headers, text } = await exactRequest(house, { path: asked })
      t.is(status, 200, asked)
      t.is(headers.location, undefined, asked)
      t.false(text.includes('evil'), asked)
    }
  }
})

test('29. nor does one in a form: who approves arrives at the client, who signs out stays here', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const query = new URLSearchParams(ALEXA_REQUEST).toString()
  const more = Object.fromEntries(NAMES.map((name, i) => [name, PLACES[i % PLACES.length]!]))
  const page = await browser.open(`/alexa/authorize?${query}&${QUERIES[0]}`)
  const approved = await browser.submit(page, { username: ADA.name, password: ADA.password, ...more })
  t.is(approved.status, 303)
  t.true(approved.location.startsWith(`${JAPAN}?code=`), approved.location)
  t.false(approved.location.includes('evil'))

  const signedOut = await browser.submit(await browser.open(`/alexa/sign-out?${QUERIES[0]}`), more)
  t.is(signedOut.status, 200)
  t.is(signedOut.headers.location, undefined)
  t.false(signedOut.text.includes('evil'))
})

test('29. nor does a path: what begins with two slashes or a backslash is refused before anything looks at it', async (t) => {
  const house = await startTestHouse(t)
  for (const path of ['//evil.example/alexa/authorize', '/\\evil.example', '/alexa//authorize', '/alexa\\authorize']) {
    const { status, headers } = await exactRequest(house, { method: 'POST', path, headers: FORM, body: 'a=b' })
    t.is(status, 400, path)
    t.is(headers.location, undefined)
  }
})
