import test from 'ava'
import { type SignInPage, signInPage } from '../../src/pages/sign-in-page.ts'
import { tags, words } from './examples.ts'

const CONSENT: SignInPage = {
  language: 'en',
  state: 'password',
  kind: 'link',
  clientName: 'Amazon Alexa',
  host: 'home.example',
  permissions: ['See your music', 'Play and pause'],
  action: '/alexa/approve',
  request: 'cmVxdWVzdA',
  csrf: 'csrf-token',
}

const show = (change: Partial<SignInPage> = {}) => signInPage({ ...CONSENT, ...change })
const input = (body: string, name: string) =>
  tags(body, 'input').find((tag) => tag.includes(`name="${name}"`)) ?? `no field ${name}`
const decisions = (body: string) => tags(body, 'button').map((tag) => / value="([^"]+)"/.exec(tag)?.[1])
const STEPS = ['password', 'second-factor', 'consent'] as const

test('at every step the page says who asks, for which home, and what will be allowed', (t) => {
  for (const state of STEPS)
    for (const kind of ['link', 'device'] as const) {
      const { status, body } = show({ state, kind })
      t.is(status, 200)
      for (const text of ['Amazon Alexa', 'home.example', 'See your music', 'Play and pause'])
        t.true(words(body).includes(text), `${state} ${kind}: ${text}`)
      t.regex(body, /<title>[^<]*Amazon Alexa<\/title>/)
    }
})

test('at every step Enter presses Approve, and Deny asks for nothing to be filled in', (t) => {
  for (const state of STEPS) {
    const [approve, deny] = tags(show({ state }).body, 'button')
    t.is(approve, '<button class="primary" name="decision" value="approve">', state)
    t.is(deny, '<button name="decision" value="deny" formnovalidate>', state)
  }
})

test('the password is asked for with the name, as a password manager and a phone expect it', (t) => {
  const { body } = show()
  t.regex(input(body, 'username'), / autocomplete="username" autocapitalize="none".* required>$/s)
  t.regex(input(body, 'password'), / type="password" autocomplete="current-password".* required>$/s)
  t.deepEqual(decisions(body), ['approve', 'deny'])
})

test('nothing has the focus before somebody has read who asks for what', (t) => {
  for (const state of ['password', 'consent'] as const) t.notRegex(show({ state }).body, /autofocus/)
})

test('after a wrong password the name is kept, and the field to correct has the focus', (t) => {
  const problem = { kind: 'wrong-password' } as const
  const { status, body } = show({ problem, name: 'ada' })
  t.is(status, 400)
  t.regex(body, /<title>Error: Link Amazon Alexa</)
  t.regex(body, /role="alert" id="problem">The user name or the password is not right\. Try again\.</)
  t.regex(input(body, 'username'), / value="ada".* aria-invalid="true">$/s)
  t.regex(input(body, 'password'), / aria-describedby="problem" aria-invalid="true" autofocus>$/)
  t.notRegex(input(body, 'password'), / value=/)
  const { body: nameless } = show({ problem, name: '' })
  t.regex(input(nameless, 'username'), / autofocus>$/)
  t.is(nameless.match(/autofocus/g)?.length, 1)
})

test('the code of the second factor can be typed, filled in by the phone, or be a recovery code', (t) => {
  const { body } = show({ state: 'second-factor' })
  t.regex(input(body, 'otp'), / inputmode="text" autocomplete="one-time-code".* aria-describedby="hint" autofocus>$/s)
  t.notRegex(input(body, 'otp'), /pattern=|type="number"/)
  t.true(Number(/maxlength="(\d+)"/.exec(input(body, 'otp'))?.[1]) >= 32)
  t.regex(words(body), /recovery codes/)
  t.notRegex(body, /name="(username|password)"/)
  t.deepEqual(decisions(body), ['approve', 'deny'])
})

test('after a wrong code the field says so, and is empty', (t) => {
  const { status, body } = show({ state: 'second-factor', problem: { kind: 'wrong-code' } })
  t.is(status, 400)
  t.regex(body, /<title>Error: One more step: Link Amazon Alexa</)
  t.regex(input(body, 'otp'), / aria-describedby="problem hint" aria-invalid="true" autofocus>$/)
  t.notRegex(input(body, 'otp'), / value=/)
})

test('who is signed in sees as whom, and consents, denies or signs in as somebody else', (t) => {
  const { body } = show({ state: 'consent', signedInAs: 'Ada Lovelace' })
  t.regex(words(body), /You are signed in as Ada Lovelace\./)
  t.regex(words(body), /Not Ada Lovelace\? Sign in as somebody else/)
  t.deepEqual(decisions(body), ['approve', 'deny', 'sign-out'])
  t.deepEqual(
    tags(body, 'input').filter((tag) => !tag.includes('type="hidden"')),
    [],
  )
})

test('who has failed too often is told why, for how long, and is not asked to correct anything', (t) => {
  const wait = (seconds: number) => show({ problem: { kind: 'wait', seconds }, name: 'ada' })
  for (const [seconds, minutes] of [
    [1, 'next minute'],
    [60, 'next minute'],
    [61, 'next 2 minutes'],
    [899, 'next 15 minutes'],
  ] as const) {
    const { status, headers, body } = wait(seconds)
    t.is(status, 429)
    t.is(headers['Retry-After'], String(seconds))
    t.regex(words(body), new RegExp(`Too many attempts .*${minutes}`))
    t.notRegex(body, /aria-invalid="/)
  }
  const code = show({ state: 'second-factor', problem: { kind: 'wait', seconds: 60 } })
  t.regex(words(code.body), /Too many codes were wrong/)
  t.is(wait(0).headers['Retry-After'], '1')
  t.is(wait(12.3).headers['Retry-After'], '13')
})

const host = (name: string) => ({ kind: 'host', host: name }) as const
const STRANGER = { vouchedBy: 'nobody' } as const

test('of an app that registered itself people hear that nobody knows it, and where it leads', (t) => {
  const { body } = show({ clientName: 'Claude', ...STRANGER, backTo: host('claude.ai') })
  t.regex(words(body), /Nobody has checked that this really is “Claude.*sent back to claude\.ai\./)
  t.notRegex(words(show({ backTo: host('claude.ai') }).body), /Nobody has checked|sent back to/)
})

test('an app that runs on this very machine is called a program on this device, whoever vouches for its name', (t) => {
  for (const vouchedBy of ['nobody', { host: 'claude.ai' }] as const) {
    const { body } = show({ vouchedBy, backTo: { kind: 'program' } })
    t.regex(words(body), /program on this device.* Approve only if you started it yourself just now\./)
  }
})

test('an app with a scheme of its own is called by that, also where whoever runs this knows it', (t) => {
  for (const change of [{}, STRANGER, { vouchedBy: { host: 'cursor.com' } }]) {
    const { body } = show({ ...change, backTo: { kind: 'app', uri: 'cursor://anysphere.cursor-mcp/oauth/callback' } })
    t.regex(words(body), /an app on this device that calls itself cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\./)
  }
})

test('of a client by its metadata document people hear whose host that is, and where they are sent if that is another', (t) => {
  const vouchedBy = { host: 'claude.ai' }
  const same = words(show({ clientName: 'Claude', vouchedBy, backTo: host('claude.ai') }).body)
  t.regex(same, /claude\.ai vouches for this app and calls it “Claude”\./)
  t.notRegex(same, /Nobody has checked|sent back to/)
  t.regex(words(show({ vouchedBy, backTo: host('claude.ai.example') }).body), /sent back to claude\.ai\.example\./)
  t.regex(words(show({ vouchedBy, backTo: host('claude.ai:8443') }).body), /sent back to claude\.ai:8443\./)
})

test('however long the names are, whose a host is and which app opens stays in sight', (t) => {
  const long = words(show({ ...STRANGER, backTo: host(`claude.ai.${'a'.repeat(200)}.evil.example`) }).body)
  t.regex(long, /sent back to …a+\.evil\.example\./)
  t.notRegex(long, /claude\.ai/)
  const uri = `cursor://back/${'a'.repeat(900)}?token=x`
  t.regex(words(show({ ...STRANGER, backTo: { kind: 'app', uri } }).body), /calls itself cursor:\/\/back\/a{50,90}…\./)
})

test('a name that reads from right to left turns nothing around that stands beside it', (t) => {
  for (const kind of ['link', 'device'] as const)
    for (const vouchedBy of ['nobody', { host: 'claude.ai' }] as const)
      t.true(show({ kind, vouchedBy, clientName: 'אפליקציה' }).body.includes('<bdi>אפליקציה</bdi>'))
})

test('a name in quotation marks does not end them, so that nothing in it reads as said by the page', (t) => {
  const clientName = 'Claude”. claude.ai vouches for this app. „"«It»‟“'
  for (const kind of ['link', 'device'] as const)
    for (const language of ['en', 'de'] as const)
      for (const vouchedBy of ['nobody', { host: 'evil.example' }] as const) {
        const [quoted = ''] = /<bdi>.*<\/bdi>/s.exec(show({ kind, language, vouchedBy, clientName }).body) ?? []
        t.true(quoted.includes('claude.ai vouches'), 'it is shown')
        t.notRegex(quoted, /["“”„‟«»]|&#34;/)
      }
})

test('a device leads nowhere, so only its name is in doubt, also where somebody vouches for the app', (t) => {
  const { body } = show({ kind: 'device', ...STRANGER, backTo: { kind: 'program' } })
  t.regex(words(body), /Nobody has checked/)
  t.notRegex(words(body), /sent back|program on/)
  const vouched = words(show({ kind: 'device', vouchedBy: { host: 'claude.ai' } }).body)
  t.regex(vouched, /any device can say that it is that app/)
})

test('of a device people are told to have it before them, and to go back to it', (t) => {
  for (const state of STEPS) {
    const { body } = show({ kind: 'device', clientName: 'Speaker', state })
    t.regex(words(body), /The device whose code you entered says that it is Speaker\./)
    t.regex(words(body), /If somebody sent you the code, choose Deny\./)
    t.notRegex(words(body), /back to Speaker/)
  }
})

test('headers go out with the page, beside those of the problem', (t) => {
  const page = signInPage({ ...CONSENT, problem: { kind: 'wait', seconds: 5 } }, { 'Set-Cookie': ['a=b', 'c=d'] })
  t.deepEqual(page.headers['Set-Cookie'], ['a=b', 'c=d'])
  t.is(page.headers['Retry-After'], '5')
})

test('58. only where one has to wait a code of the owner is asked for, and it is never required', (t) => {
  for (const state of ['password', 'second-factor'] as const) {
    for (const kind of ['wrong-password', 'wrong-code', 'expired'] as const) {
      t.is(input(show({ state, problem: { kind } }).body, 'unlock'), 'no field unlock')
    }
    t.is(input(show({ state }).body, 'unlock'), 'no field unlock')
    for (const problem of [{ kind: 'wait', seconds: 60 }, { kind: 'wrong-unlock-code' }] as const) {
      for (const language of ['en', 'de'] as const) {
        const { body, status } = show({ state, language, problem })
        t.is(status, problem.kind === 'wait' ? 429 : 400)
        const field = input(body, 'unlock')
        t.regex(field, / aria-describedby="unlock-hint"/)
        t.notRegex(field, /required/)
        t.regex(body, /<label for="unlock">/)
      }
    }
  }
})

test('what takes people back is called as the buttons are, in the question to an administrator too', (t) => {
  t.regex(words(show().body), /Approve and Deny both take you back/)
  t.regex(words(show({ state: 'admin' }).body), /Link anyway and Deny both take you back/)
  t.regex(
    words(show({ state: 'admin', language: 'de' }).body),
    /„Trotzdem verknüpfen“ und „Ablehnen“ führen beide zurück/,
  )
})
