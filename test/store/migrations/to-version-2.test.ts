import test from 'ava'
import { toVersion2 } from '../../../src/store/migrations/to-version-2.ts'

const { session, device } = toVersion2.rows

test('a session whose second factor was still to come is pending, every other one is signed in', (t) => {
  const times = { revision: 3, userName: 'ada', userId: 'u1', epoch: 0, createdAt: 1, lastUsedAt: 2 }
  t.deepEqual(session?.({ ...times, half: true }), { ...times, state: 'pending' })
  t.deepEqual(session?.(times), { ...times, state: 'signed-in' })
  t.deepEqual(session?.({ ...times, half: false }), { ...times, state: 'signed-in' })
})

test('when a device asked last is when it polled last, and one that never did has no such time', (t) => {
  const waiting = { revision: 1, client: 'kitchen', scopes: ['a'], interval: 5000, expiresAt: 9 }
  t.deepEqual(device?.({ ...waiting, askedAt: 7 }), { ...waiting, polledAt: 7 })
  t.deepEqual(device?.({ ...waiting, askedAt: 0 }), { ...waiting, polledAt: 0 })
  const untouched = device?.(waiting) ?? {}
  t.deepEqual(untouched, waiting)
  t.false('polledAt' in untouched)
})

test('a row that is of version 2 already stays as it is, so that what is pending never gets signed in by it', (t) => {
  for (const state of ['pending', 'signed-in']) t.deepEqual(session?.({ revision: 1, state }), { revision: 1, state })
  t.deepEqual(device?.({ revision: 1, polledAt: 7 }), { revision: 1, polledAt: 7 })
})

test('other rows stay as they are', (t) => {
  t.deepEqual(Object.keys(toVersion2.rows), ['session', 'device'])
})
