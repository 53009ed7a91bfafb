import test from 'ava'
import { checkPrompt } from '../../../src/oauth/checks/check-prompt.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { needsSignIn } from '../../../src/oauth/consent/sign-in.ts'
import { USER } from '../../support/grants.ts'

const read = (query: Record<string, string>) => checkPrompt(new Parameters(new URLSearchParams(query).toString()))

test('73. prompt says who has to sign in again, and whether anything may be shown', (t) => {
  const cases: [prompt: string, signInAgain: boolean, silent: boolean][] = [
    ['', false, false],
    ['consent', false, false],
    ['login', true, false],
    ['select_account', true, false],
    ['consent login', true, false],
    ['none', false, true],
    ['something-new', false, false],
    ['None', false, false],
  ]
  for (const [prompt, signInAgain, silent] of cases) {
    t.deepEqual(read({ prompt }), { signInAgain, maxAgeMs: undefined, silent }, prompt)
  }
})

test('73. none goes with no other prompt', (t) => {
  for (const prompt of ['none login', 'consent none', 'none none']) {
    t.throws(() => read({ prompt }), { code: 'invalid_request' }, prompt)
  }
})

test('73. max_age is a whole number of seconds, and 0 is as prompt=login', (t) => {
  t.deepEqual(read({ max_age: '60' }), { signInAgain: false, maxAgeMs: 60_000, silent: false })
  t.deepEqual(read({ max_age: '0' }), { signInAgain: true, maxAgeMs: 0, silent: false })
  t.deepEqual(read({ max_age: '' }), { signInAgain: false, maxAgeMs: undefined, silent: false })
  for (const max_age of ['-1', '1.5', '1e3', ' 1', '0x10', 'x', '9'.repeat(11)]) {
    t.throws(() => read({ max_age }), { code: 'invalid_request' }, max_age)
  }
})

test('73. whoever signed in longer ago than max_age signs in again, not at that age', (t) => {
  const session = { user: USER, id: 's', signedInAt: 1000 }
  const asked = { signInAgain: false, maxAgeMs: 60_000 }
  t.false(needsSignIn(asked, session, 61_000))
  t.true(needsSignIn(asked, session, 61_001))
  t.false(needsSignIn({ signInAgain: false }, session, 10 ** 12))
  t.true(needsSignIn({ signInAgain: true }, session, 1000))
  t.true(needsSignIn({ signInAgain: false }, undefined, 1000))
})
