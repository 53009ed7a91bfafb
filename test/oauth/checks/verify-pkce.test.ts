import { createHash } from 'node:crypto'
import test from 'ava'
import { verifyPkce } from '../../../src/oauth/checks/verify-pkce.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

test('the verifier of RFC 7636 appendix B matches its challenge', (t) => {
  t.notThrows(() => verifyPkce(CHALLENGE, VERIFIER))
})

test('neither challenge nor verifier is right, one without the other is not', (t) => {
  t.notThrows(() => verifyPkce(undefined, undefined))
  t.throws(() => verifyPkce(undefined, VERIFIER), { code: 'invalid_grant' })
  t.throws(() => verifyPkce(undefined, 'x'), { code: 'invalid_grant' })
  t.throws(() => verifyPkce(CHALLENGE, undefined), { code: 'invalid_grant' })
  t.throws(() => verifyPkce(CHALLENGE, ''), { code: 'invalid_grant' })
})

test('another verifier, or the challenge itself, does not match', (t) => {
  for (const verifier of [CHALLENGE, VERIFIER.toLowerCase(), `${VERIFIER}A`, ` ${VERIFIER}`, 'A'.repeat(43)]) {
    t.throws(() => verifyPkce(CHALLENGE, verifier), { code: 'invalid_grant' }, verifier)
  }
})

test('a verifier has 43 to 128 characters of its alphabet, even if its hash would match', (t) => {
  for (const verifier of ['a'.repeat(43), 'a'.repeat(128), `${'-._~'.repeat(10)}aZ9`]) {
    t.notThrows(() => verifyPkce(challengeOf(verifier), verifier), verifier)
  }
  for (const verifier of ['a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(42)}+`, `${'a'.repeat(43)}\n`, 'x']) {
    t.throws(() => verifyPkce(challengeOf(verifier), verifier), { code: 'invalid_grant' }, verifier)
  }
})
