import test from 'ava'
import { type DeviceCode, deviceCodePage, deviceDonePage } from '../../src/pages/device-pages.ts'
import { tags, words } from './examples.ts'

const ASKED: DeviceCode = { language: 'en', host: 'home.example', action: '/device', request: 'r', csrf: 'c' }
const show = (change: Partial<DeviceCode> = {}) => deviceCodePage({ ...ASKED, ...change })
const field = (body: string) => tags(body, 'input').find((tag) => tag.includes('name="user_code"')) ?? ''

test('the code of a device is asked for in one field, and a phone helps with capital letters', (t) => {
  const { status, body } = show()
  t.is(status, 200)
  t.regex(field(body), / autocomplete="off" autocapitalize="characters"/)
  t.regex(field(body), / required aria-describedby="hint" autofocus>$/)
  t.notRegex(field(body), /pattern=|minlength=/)
  t.is(tags(body, 'button').length, 1)
})

test('a code that came with the address is to be compared with the device, and is not sent without a look', (t) => {
  const { body } = show({ userCode: 'WDJB-MJHT' })
  t.regex(field(body), / value="WDJB-MJHT"/)
  t.notRegex(body, /autofocus/)
  t.regex(words(body), /show exactly this code\?/)
  t.regex(words(show({ userCode: 'WDJB-MJHT', language: 'de' }).body), /genau diesen Code\?/)
})

test('an unknown code stays in its field, which has the focus, to be corrected', (t) => {
  const { status, body } = show({ userCode: 'wdjb mjht', problem: { kind: 'unknown-code' } })
  t.is(status, 400)
  t.regex(field(body), / value="wdjb mjht".* aria-describedby="problem hint" aria-invalid="true" autofocus>$/s)
  t.notRegex(words(body), /exactly this code/)
})

test('who has guessed too often is told how long nothing is accepted', (t) => {
  const { status, headers, body } = show({ problem: { kind: 'wait', seconds: 61 } })
  t.is(status, 429)
  t.is(headers['Retry-After'], '61')
  t.regex(words(body), /Too many codes were wrong\..*next 2 minutes/)
})

test('people are warned of a code that somebody else has sent', (t) => {
  for (const { body } of [show(), show({ userCode: 'WDJB-MJHT' })]) t.regex(words(body), /If somebody sent you a code/)
})

test('at the end the page says whether the device is connected, and that this page is done with', (t) => {
  const done = (approved: boolean) => deviceDonePage({ language: 'en', clientName: 'Speaker', approved })
  t.is(done(true).status, 200)
  t.regex(words(done(true).body), /^Speaker is connected .*close this page\.$/)
  t.is(done(false).status, 200)
  t.regex(words(done(false).body), /^Nothing was connected Speaker .*close this page\.$/)
})

test('headers go out with the pages', (t) => {
  t.is(deviceCodePage(ASKED, { 'Set-Cookie': 'a=b' }).headers['Set-Cookie'], 'a=b')
  const done = deviceDonePage({ language: 'de', clientName: 'Speaker', approved: true }, { 'Set-Cookie': 'a=b' })
  t.is(done.headers['Set-Cookie'], 'a=b')
})
