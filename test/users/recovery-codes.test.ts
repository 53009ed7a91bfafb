import { randomBytes } from 'node:crypto'
import test from 'ava'
import { hashRecoveryCode, newRecoveryCodes } from '../../src/users/recovery-codes.ts'

test('there are ten recovery codes of 80 bits in groups of four, all different, and their hashes tell nothing', (t) => {
  const { codes, hashes } = newRecoveryCodes({ randomBytes })
  t.is(new Set(codes).size, 10)
  for (const code of codes) t.regex(code, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/)
  t.deepEqual(codes.map(hashRecoveryCode), hashes)
  for (const hash of hashes) t.regex(hash, /^[A-Za-z0-9_-]{43}$/)
})

test('all 80 bits come from chance', (t) => {
  const { codes } = newRecoveryCodes({ randomBytes: (size) => Buffer.from('0123456789abcdef'.slice(0, size)) })
  t.is(codes[0], 'gayt-emzu-gu3d-oobz')
})

test('a recovery code may be typed in any case, with or without dashes and spaces', (t) => {
  const hash = hashRecoveryCode('abcd-efgh-ijkl-mn27')
  for (const typed of ['abcdefghijklmn27', 'ABCD-EFGH-IJKL-MN27', ' abcd efgh\tijkl mn27\n', 'a-b-c-d-efghijklmn27']) {
    t.is(hashRecoveryCode(typed), hash, typed)
  }
  t.not(hashRecoveryCode('abcd-efgh-ijkl-mn26'), hash)
})

test('anything else is no recovery code', (t) => {
  for (const odd of [
    '',
    '123456',
    'abcdefghijklmn2',
    'abcdefghijklmn277',
    'abcdefghijklmn01',
    'äbcdefghijklmn27',
    '-'.repeat(16),
  ]) {
    t.is(hashRecoveryCode(odd), undefined, odd)
  }
})
