import test from 'ava'
import { endOfToken } from '../../../src/music-assistant/tokens/end-of-token.ts'

const NOW = 1_700_000_000_000

function jwt(payload: string): string {
  return ['{}', payload]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
    .concat('.signature')
}

test('a token ends when it says so', (t) => {
  t.is(endOfToken(jwt('{"exp":1800000000}'), NOW), 1_800_000_000_000)
})

test('what tells no end, or is no token of this form, has none', (t) => {
  for (const payload of ['{}', '{"exp":"soon"}', '{"exp":-1}', '{"exp":null}', 'null', '[', ''])
    t.is(endOfToken(jwt(payload), NOW), undefined, payload)
  for (const token of ['', 'opaque', 'a.b']) t.is(endOfToken(token, NOW), undefined, token)
})

test('an end that is over, or that no calendar has, is none: it would have token after token made', (t) => {
  for (const exp of ['1700000000', '1', '1e308', '1e306', '8.64e12', '1e999', '99999999999999'])
    t.is(endOfToken(jwt(`{"exp":${exp}}`), NOW), undefined, exp)
  t.is(endOfToken(jwt('{"exp":1700000001}'), NOW), 1_700_000_001_000)
  const tenYears = 1_700_000_000 + 3650 * 86_400
  t.is(endOfToken(jwt(`{"exp":${tenYears}}`), NOW), tenYears * 1000)
})
