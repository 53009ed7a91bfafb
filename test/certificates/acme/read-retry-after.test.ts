import test from 'ava'
import { readRetryAfter } from '../../../src/certificates/acme/read-retry-after.ts'

const NOW = Date.UTC(2026, 10, 30, 12)

test('Retry-After is read in seconds and as a date, and what is neither is left out', (t) => {
  t.is(readRetryAfter('120', NOW), 120_000)
  t.is(readRetryAfter('Mon, 30 Nov 2026 12:01:00 GMT', NOW), 60_000)
  t.is(readRetryAfter('Mon, 30 Nov 2026 11:00:00 GMT', NOW), 0)
  for (const other of [undefined, '', 'soon', '-5', '1e99', '99999999999999', ['1']])
    t.is(readRetryAfter(other, NOW), undefined)
})
