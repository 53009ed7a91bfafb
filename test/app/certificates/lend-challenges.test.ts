import test, { type ExecutionContext } from 'ava'
import { lendChallenges } from '../../../src/app/certificates/lend-challenges.ts'
import { openChallenges } from '../../../src/certificates/challenges.ts'
import { testEnvironment } from '../../support/environment.ts'

const TOKEN = 'a'.repeat(22)
const AUTHORIZATION = `${TOKEN}.${'b'.repeat(43)}`
const PATH = `/.well-known/acme-challenge/${TOKEN}`
const NAME = 'music.example.org'

/** What another process says over the control socket; its time passes when the test says so. */
function openLending(t: ExecutionContext) {
  const challenges = openChallenges(testEnvironment())
  const sleeping: { milliseconds: number; wake: () => void; signal: AbortSignal }[] = []
  const lend = lendChallenges(challenges, (milliseconds, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => reject(new Error('stopped')))
    sleeping.push({ milliseconds, wake: resolve, signal })
    return promise
  })
  const say = async (lent: object) => {
    const { ok, lines } = await lend(JSON.stringify(lent))
    t.true(ok, lines.join())
  }
  return { challenges, sleeping, lend, say }
}

test('what another process wants a CA to see is there until it takes it away, by http-01 and by tls-alpn-01', async (t) => {
  const { challenges, say } = openLending(t)
  await say({ type: 'http-01', key: TOKEN, keyAuthorization: AUTHORIZATION })
  await say({ type: 'tls-alpn-01', key: NAME, keyAuthorization: AUTHORIZATION })
  t.is(challenges.answer(PATH), AUTHORIZATION)
  t.regex(challenges.alpnContext(NAME)?.cert ?? '', /BEGIN CERTIFICATE/)
  await say({ type: 'http-01', key: TOKEN })
  await say({ type: 'tls-alpn-01', key: NAME })
  t.is(challenges.answer(PATH), undefined)
  t.is(challenges.alpnContext(NAME), undefined)
})

test('what nobody takes away, because whoever asked was ended, is gone after ten minutes', async (t) => {
  const { challenges, say, sleeping } = openLending(t)
  await say({ type: 'http-01', key: TOKEN, keyAuthorization: AUTHORIZATION })
  t.deepEqual(
    sleeping.map(({ milliseconds }) => milliseconds),
    [600_000],
  )
  sleeping[0]?.wake()
  await Promise.resolve()
  await Promise.resolve()
  t.is(challenges.answer(PATH), undefined)
})

test('what is put there once more has its ten minutes from then on', async (t) => {
  const { challenges, say, sleeping } = openLending(t)
  await say({ type: 'http-01', key: TOKEN, keyAuthorization: AUTHORIZATION })
  await say({ type: 'http-01', key: TOKEN, keyAuthorization: AUTHORIZATION })
  t.deepEqual(
    sleeping.map(({ signal }) => signal.aborted),
    [true, false],
  )
  t.is(challenges.answer(PATH), AUTHORIZATION)
})

test('nothing but a key authorization is ever served, and what is no challenge at all is refused', async (t) => {
  const { challenges, lend } = openLending(t)
  const strange = [
    { type: 'http-01', key: TOKEN, keyAuthorization: '<script>' },
    { type: 'tls-alpn-01', key: NAME, keyAuthorization: 'x' },
    { type: 'dns-01', key: NAME, keyAuthorization: AUTHORIZATION },
    { type: 'http-01' },
    [],
    null,
    'text',
  ]
  for (const one of strange) t.false((await lend(JSON.stringify(one))).ok, JSON.stringify(one))
  t.false((await lend('{')).ok)
  t.is(challenges.answer(PATH), undefined)
  t.is(challenges.alpnContext(NAME), undefined)
})
