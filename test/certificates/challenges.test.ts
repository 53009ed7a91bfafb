import test from 'ava'
import { openChallenges } from '../../src/certificates/challenges.ts'
import { systemEnvironment } from '../../src/config/environment.ts'

// From RFC 8555 section 8.3, with a thumbprint of the right length.
const TOKEN = 'LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0'
const THUMBPRINT = '9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI'
const AUTHORIZATION = `${TOKEN}.${THUMBPRINT}`
const PATH = `/.well-known/acme-challenge/${TOKEN}`

test('a challenge is answered at its path until it is removed', (t) => {
  const challenges = openChallenges(systemEnvironment)
  t.is(challenges.answer(PATH), undefined)
  challenges.put(TOKEN, AUTHORIZATION)
  t.is(challenges.answer(PATH), AUTHORIZATION)
  challenges.remove(TOKEN)
  t.is(challenges.answer(PATH), undefined)
})

test('several challenges are pending at once', (t) => {
  const challenges = openChallenges(systemEnvironment)
  const other = TOKEN.toLowerCase()
  challenges.put(TOKEN, AUTHORIZATION)
  challenges.put(other, `${other}.${THUMBPRINT}`)
  challenges.remove(TOKEN)
  t.is(challenges.answer(PATH), undefined)
  t.is(challenges.answer(PATH.replace(TOKEN, other)), `${other}.${THUMBPRINT}`)
})

test('only the very path is answered', (t) => {
  const challenges = openChallenges(systemEnvironment)
  challenges.put(TOKEN, AUTHORIZATION)
  for (const path of [
    PATH.toLowerCase(),
    PATH.toUpperCase(),
    `${PATH}/`,
    `${PATH}?`,
    `${PATH}?x=1`,
    `/${PATH}`,
    `/.well-known/acme-challenge/./${TOKEN}`,
    `/.well-known//acme-challenge/${TOKEN}`,
    `/.well-known/acme-challenge/%4c${TOKEN.slice(1)}`,
    PATH.slice(0, -1),
    TOKEN,
    '/.well-known/acme-challenge/',
    '/.well-known/acme-challenge/__proto__',
    '/.well-known/acme-challenge/constructor',
    '',
  ]) {
    t.is(challenges.answer(path), undefined, path)
  }
})

test('nothing but a key authorization for the token is taken', (t) => {
  const challenges = openChallenges(systemEnvironment)
  const short = TOKEN.slice(0, 22)
  t.notThrows(() => challenges.put(short, `${short}.${THUMBPRINT}`))
  for (const [token, authorization] of [
    [TOKEN.slice(0, 21), `${TOKEN.slice(0, 21)}.${THUMBPRINT}`],
    ['', `.${THUMBPRINT}`],
    [`${TOKEN}=`, `${TOKEN}=.${THUMBPRINT}`],
    [`${TOKEN}/x`, `${TOKEN}/x.${THUMBPRINT}`],
    [`${TOKEN}\n`, `${TOKEN}\n.${THUMBPRINT}`],
    [TOKEN, TOKEN],
    [TOKEN, `${AUTHORIZATION}.${THUMBPRINT}`],
    [TOKEN, `${TOKEN.toLowerCase()}.${THUMBPRINT}`],
    [TOKEN, `${AUTHORIZATION}x`],
    [TOKEN, AUTHORIZATION.slice(0, -1)],
    [TOKEN, '<html>'],
  ] as const) {
    t.throws(() => challenges.put(token, authorization), { code: 'challenge_invalid' }, authorization)
    t.is(challenges.answer(`/.well-known/acme-challenge/${token}`), undefined)
  }
})
