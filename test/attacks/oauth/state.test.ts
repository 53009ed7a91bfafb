import test from 'ava'
import { Browser } from '../../support/browser.ts'
import { ADA, ISSUER, JAPAN, startTestHouse } from '../../support/gateway.ts'

const STATES: Record<string, Buffer> = {
  'a single character': Buffer.from('x'),
  'Amazon’s 14 characters': Buffer.from('A1b2C3d4E5f6G7'),
  'every byte there is': Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  'a byte that is no UTF-8': Buffer.from([0xff]),
  'a broken UTF-8 sequence': Buffer.from([0xe2, 0x82]),
  'an overlong slash': Buffer.from([0xc0, 0xaf]),
  'a NUL': Buffer.from('before\0after'),
  'line breaks': Buffer.from('a\r\nLocation: https://evil.example/\r\n\r\n<h1>'),
  quotes: Buffer.from(`"'\`">'`),
  'a script': Buffer.from('<script>alert(1)</script>'),
  'what looks like more parameters': Buffer.from('a&code=evil&iss=https://evil.example#x?y;z=1'),
  'what looks encoded': Buffer.from('%20+%2B%%zz%u0041'),
  'spaces and plus signs': Buffer.from(' a + b '),
  Unicode: Buffer.from('Zürich 東京 \u202e \ufeff 🎵'),
  'a template': Buffer.from('${7*7}{{7*7}}$&$1'),
  'the name of a property': Buffer.from('__proto__'),
  '2,000 characters': Buffer.from('0123456789'.repeat(200)),
  '2,000 odd bytes': Buffer.alloc(2000, 0xfe),
}

function percentEncode(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

/** The bytes of `state` in a redirect. A plus sign stays one, for some clients read it so and others don't. */
function stateIn(location: string): Buffer | undefined {
  const encoded = /[?&]state=([^&#]*)/.exec(location)?.[1]
  const decoded = encoded?.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return decoded === undefined ? undefined : Buffer.from(decoded, 'latin1')
}

const start = (state: string) =>
  `/alexa/authorize?client_id=amazon-alexa&response_type=code&redirect_uri=${encodeURIComponent(JAPAN)}&state=${state}`

test('27. state comes back byte for byte beside iss, with a code, with a denial and with an error', async (t) => {
  const house = await startTestHouse(t)
  const typed = { username: ADA.name, password: ADA.password }
  for (const [what, state] of Object.entries(STATES)) {
    const browser = new Browser(house)
    const path = start(percentEncode(state))
    const page = await browser.open(path)
    t.is(page.status, 200, what)
    const approved = await browser.submit(page, typed)
    const denied = await browser.submit(page, {}, 'deny')
    const failed = await browser.open(`${path}&scope=nothing`)
    const later = await browser.open(`${path}&code_challenge=short&code_challenge_method=S256`)
    const answers = { code: approved, access_denied: denied, invalid_scope: failed, invalid_request: later }
    for (const [outcome, { status, location }] of Object.entries(answers)) {
      t.is(status, 303, `${what}, ${outcome}`)
      t.true(location.startsWith(`${JAPAN}?${outcome === 'code' ? 'code=' : `error=${outcome}&`}`), location)
      t.deepEqual(stateIn(location), state, `${what}, ${outcome}`)
      t.deepEqual(new URL(location).searchParams.getAll('iss'), [ISSUER], `${what}, ${outcome}`)
      t.regex(location, /^[\x21-\x7e]*$/, `${what}, ${outcome}`)
    }
  }
})

test('27. state comes back through the form of a failed sign-in as well', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const state = STATES['every byte there is']!
  const page = await browser.open(start(percentEncode(state)))
  const again = await browser.submit(page, { username: ADA.name, password: 'not the password' })
  t.is(again.status, 400)
  t.deepEqual(again.hidden, page.hidden)
  const { location } = await browser.submit(again, { username: ADA.name, password: ADA.password })
  t.deepEqual(stateIn(location), state)
})

test('27. without state none is sent, and one that is there twice is not chosen from', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  for (const path of [start(''), start('').replace('&state=', '')]) {
    const page = await browser.open(path)
    const { location } = await browser.submit(page, {}, 'deny')
    t.deepEqual([...new URL(location).searchParams.keys()], ['error', 'error_description', 'iss'])
  }
  const { status, location } = await browser.open(`${start('a')}&state=b`)
  t.is(status, 303)
  const parameters = new URL(location).searchParams
  t.is(parameters.get('error'), 'invalid_request')
  t.false(parameters.has('state'))
})

test('27. what is sent back is added to the query that a redirect URI has already', async (t) => {
  const uri = 'https://client.example/back?from=home'
  const house = await startTestHouse(t, ({ oauth }) => oauth.clients[1]!.redirect_uris!.push(uri))
  const browser = new Browser(house)
  const parameters = { client_id: 'other', response_type: 'code', redirect_uri: uri, state: 'abc' }
  const page = await browser.open(`/alexa/authorize?${new URLSearchParams(parameters)}`)
  const { location } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  t.true(location.startsWith(`${uri}&code=`))
  t.deepEqual([...new URL(location).searchParams.keys()], ['from', 'code', 'state', 'iss'])
})

test('28. every answer to the form that leads elsewhere is a 303, so that no browser sends the password along', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const typed = { username: ADA.name, password: ADA.password }
  const page = await browser.open(start('abc'))
  for (const decision of ['approve', 'deny'] as const) {
    const { status, headers, text } = await browser.submit(page, typed, decision)
    t.is(status, 303)
    t.is(text, '')
    t.is(headers['cache-control'], 'no-store')
    t.is(headers['referrer-policy'], 'no-referrer')
  }
})
