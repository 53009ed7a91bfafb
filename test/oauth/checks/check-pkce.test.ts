import test from 'ava'
import { checkPkce } from '../../../src/oauth/checks/check-pkce.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { CLIENT, PUBLIC_CLIENT } from '../../support/grants.ts'

/** RFC 7636 appendix B. */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const query = (parameters: Record<string, string>) => new Parameters(new URLSearchParams(parameters).toString())
const S256 = { code_challenge_method: 'S256' }

test('the challenge of RFC 7636 appendix B is accepted', (t) => {
  t.is(checkPkce(CLIENT, query({ code_challenge: CHALLENGE, ...S256 })), CHALLENGE)
})

test('a confidential client may do without PKCE, a public one may not', (t) => {
  t.is(checkPkce(CLIENT, query({})), undefined)
  t.throws(() => checkPkce(PUBLIC_CLIENT, query({})), { code: 'invalid_request' })
  t.is(checkPkce(PUBLIC_CLIENT, query({ code_challenge: CHALLENGE, ...S256 })), CHALLENGE)
})

test('only S256 is a method, for every client', (t) => {
  for (const method of ['plain', 's256', 'S256 ', 'S512', 'none', '']) {
    for (const client of [CLIENT, PUBLIC_CLIENT]) {
      const parameters = query({ code_challenge: CHALLENGE, code_challenge_method: method })
      t.throws(() => checkPkce(client, parameters), { code: 'invalid_request' }, method)
    }
  }
  t.throws(() => checkPkce(CLIENT, query({ code_challenge: CHALLENGE })), { code: 'invalid_request' })
  t.throws(() => checkPkce(CLIENT, query(S256)), { code: 'invalid_request' })
})

test('a challenge has 43 characters of base64url, neither more nor less', (t) => {
  const wrong = [CHALLENGE.slice(1), `${CHALLENGE}A`, `${CHALLENGE}=`, `${CHALLENGE}\n`, `${CHALLENGE.slice(1)}+`, 'é']
  for (const code_challenge of wrong) {
    t.throws(() => checkPkce(CLIENT, query({ code_challenge, ...S256 })), { code: 'invalid_request' }, code_challenge)
  }
})

test('a challenge or method that is there twice is refused', (t) => {
  const twice = new Parameters(`code_challenge=${CHALLENGE}&code_challenge=${CHALLENGE}&code_challenge_method=S256`)
  t.throws(() => checkPkce(CLIENT, twice), { code: 'invalid_request' })
})
