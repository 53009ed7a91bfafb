import test from 'ava'
import { expiryConcern } from '../../src/certificates/expiry-concern.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)
const lasting = (days: number) => ({ names: ['dev.example'], notBefore: START, notAfter: START + days * DAY })
const after = (days: number) => START + days * DAY

/** Days from which on it is a concern, and from which on it is urgent, to a hundredth. */
function thresholds(days: number, source: 'files' | 'acme' | 'local') {
  const first = (isSo: (day: number) => boolean) => {
    for (let step = 0; step <= days * 100; step++) if (isSo(step / 100)) return step / 100
    return undefined
  }
  const concernAt = (day: number) => expiryConcern(lasting(days), source, after(day))
  return [first((day) => concernAt(day) !== undefined), first((day) => concernAt(day)?.isUrgent === true)]
}

test('what others renew is a concern when a third of its life is left and they have had a moment, urgent under a tenth', (t) => {
  t.deepEqual(thresholds(90, 'files'), [61.51, 81.01])
  t.deepEqual(thresholds(6, 'files'), [4.11, 5.41])
  t.deepEqual(thresholds(45, 'files'), [30.76, 40.51])
})

test('what the gateway orders itself is a concern when a quarter of the time for that went by in vain', (t) => {
  t.deepEqual(thresholds(90, 'acme'), [67.51, 81.01])
  t.deepEqual(thresholds(6, 'acme'), [4.51, 5.41])
})

test('the local CA renews in the last 30 days, whatever the share', (t) => {
  t.deepEqual(thresholds(397, 'local'), [374.51, 388.01])
})

test('the words say until when, in what one counts in, and what to do', (t) => {
  const words = (day: number) => expiryConcern(lasting(90), 'files', after(day))?.words
  t.is(words(70), 'The certificate for dev.example expires in 20 days, on 2026-04-01, and has not been renewed')
  t.is(words(88.5), 'The certificate for dev.example expires in 36 hours, on 2026-04-01, and has not been renewed')
  t.is(
    words(89 + 23 / 24),
    'The certificate for dev.example expires in 1 hour, on 2026-04-01, and has not been renewed',
  )
  t.is(
    words(89.99),
    'The certificate for dev.example expires in less than an hour, on 2026-04-01, and has not been renewed',
  )
  t.is(words(91), 'The certificate for dev.example has expired, on 2026-04-01, and has not been renewed')
  t.regex(expiryConcern(lasting(90), 'files', after(70))?.remedy ?? '', /certbot renew --dry-run/)
})
