import { randomBytes } from 'node:crypto'
import test from 'ava'
import { Secret } from 'otpauth'
import { newTotpSecret, stepOfCode, totpUri } from '../../src/users/totp.ts'

/** The secret of RFC 6238's appendix B, whose codes have two digits more. */
const SECRET = Secret.fromLatin1('12345678901234567890').base32

test('the codes are those of RFC 6238', (t) => {
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ] as const) {
    t.is(stepOfCode(SECRET, code, seconds * 1000), Math.floor(seconds / 30), code)
  }
})

test('a code is good in its own step, the one before and the one after, and no further', (t) => {
  const code = '050471'
  const step = Math.floor(1111111111 / 30)
  const [first, last] = [(step - 1) * 30_000, (step + 2) * 30_000 - 1]
  t.is(stepOfCode(SECRET, code, first - 1), undefined)
  t.is(stepOfCode(SECRET, code, first), step)
  t.is(stepOfCode(SECRET, code, last), step)
  t.is(stepOfCode(SECRET, code, last + 1), undefined)
})

test('a code may be typed with spaces', (t) => {
  for (const typed of ['050 471', ' 050471\n', '050\u00a0471'])
    t.not(stepOfCode(SECRET, typed, 1111111111000), undefined)
})

test('anything but six ASCII digits is not right, and no error', (t) => {
  const odd = [
    '',
    '0',
    '05047',
    '0504710',
    '050471x',
    '０５０４７１',
    '٠٥٠٤٧١',
    '🎵🎵🎵',
    '5.0471',
    '-50471',
    '050-471',
    'x'.repeat(100_000),
  ]
  for (const typed of odd) t.is(stepOfCode(SECRET, typed, 1111111111000), undefined, typed.slice(0, 20))
})

test('a new secret has 160 bits, another each time', (t) => {
  const [first, second] = [newTotpSecret({ randomBytes }), newTotpSecret({ randomBytes })]
  t.regex(first, /^[A-Z2-7]{32}$/)
  t.not(first, second)
  t.is(newTotpSecret({ randomBytes: (size) => Buffer.from('12345678901234567890').subarray(0, size) }), SECRET)
})

test('the URI names the place and the person, as authenticators want it', (t) => {
  const uri = totpUri(SECRET, 'dev.jasonhollis.com', 'ada@home')
  const rest = `secret=${SECRET}&algorithm=SHA1&digits=6&period=30`
  t.is(uri, `otpauth://totp/dev.jasonhollis.com:ada%40home?issuer=dev.jasonhollis.com&${rest}`)
})
