import test from 'ava'
import { askAgainAfter, renewalTime } from '../../../src/certificates/acme/renewal-time.ts'

const DAY_MS = 86_400_000

for (const days of [90, 45, 6]) {
  test(`a certificate of ${days} days is renewed when its last third begins, or up to a quarter of that later`, (t) => {
    const life = { notBefore: 0, notAfter: days * DAY_MS }
    t.is(renewalTime({ ...life, share: 0 }), days * DAY_MS - (days * DAY_MS) / 3)
    t.is(renewalTime({ ...life, share: 1 }), days * DAY_MS - (days * DAY_MS) / 4)
  })
}

test('a window of the CA decides instead, and chance where in it', (t) => {
  const life = { notBefore: 0, notAfter: 90 * DAY_MS }
  const window = { start: 10 * DAY_MS, end: 12 * DAY_MS }
  t.is(renewalTime({ ...life, window, share: 0 }), 10 * DAY_MS)
  t.is(renewalTime({ ...life, window, share: 0.5 }), 11 * DAY_MS)
})

test('a window that ends before it begins is none', (t) => {
  const life = { notBefore: 0, notAfter: 90 * DAY_MS, share: 0 }
  t.is(renewalTime({ ...life, window: { start: 12 * DAY_MS, end: 10 * DAY_MS } }), 60 * DAY_MS)
})

test('no window lets a certificate run out: with a tenth left it is renewed', (t) => {
  const life = { notBefore: 0, notAfter: 90 * DAY_MS, share: 0 }
  t.is(renewalTime({ ...life, window: { start: 100 * DAY_MS, end: 101 * DAY_MS } }), 81 * DAY_MS)
})

test('a CA is asked again when it says, but not more often than each minute, nor more seldom than each day', (t) => {
  t.is(askAgainAfter(undefined), 6 * 3_600_000)
  t.is(askAgainAfter(7200_000), 7200_000)
  t.is(askAgainAfter(0), 60_000)
  t.is(askAgainAfter(90 * DAY_MS), DAY_MS)
})
