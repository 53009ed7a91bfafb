import test from 'ava'
import { endOfToken } from '../../../src/music-assistant/tokens/end-of-token.ts'

function jwt(payload: string): string {
  return ['{}', payload]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
    .concat('.signature')
}

test('a token ends when it says so', (t) => {
  t.is(endOfToken(jwt('{"exp":1800000000}')), 1_800_000_000_000)
})

test('what tells no end, or is no token of this form, has none', (t) => {
  for (const payload of ['{}', '{"exp":"soon"}', '{"exp":-1}', '{"exp":null}', 'null', '[', ''])
    t.is(endOfToken(jwt(payload)), undefined, payload)
  for (const token of ['', 'opaque', 'a.b']) t.is(endOfToken(token), undefined, token)
})
