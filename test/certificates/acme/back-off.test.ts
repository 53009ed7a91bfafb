import test from 'ava'
import { backOff } from '../../../src/certificates/acme/back-off.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

test('a pause begins at a minute, doubles, and is never longer than six hours', (t) => {
  const pauses = [1, 2, 3, 9, 10, 50, 5000].map((failures) => backOff({ failures, share: 0 }))
  t.deepEqual(
    pauses,
    [1, 2, 4, 256, 360, 360, 360].map((minutes) => minutes * MINUTE_MS),
  )
})

test('chance adds up to a tenth', (t) => {
  t.is(backOff({ failures: 1, share: 0.5 }), 63_000)
  t.true(backOff({ failures: 1, share: 0.999 }) < 66_000)
})

test('what a CA asks for is waited, also where it is longer, up to a week', (t) => {
  t.is(backOff({ failures: 1, share: 0, retryAfterMs: 30 * HOUR_MS }), 30 * HOUR_MS)
  t.is(backOff({ failures: 5, share: 0, retryAfterMs: 1000 }), 16 * MINUTE_MS)
  t.is(backOff({ failures: 1, share: 0, retryAfterMs: 1000 * 24 * HOUR_MS }), 7 * 24 * HOUR_MS)
})
