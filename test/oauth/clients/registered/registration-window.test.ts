import test from 'ava'
import {
  closeRegistrationWindow,
  openRegistrationWindow,
  registrationWindow,
} from '../../../../src/oauth/clients/registered/registration-window.ts'
import { openStores } from '../../../support/grants.ts'

const MINUTE = 60_000

test('what was opened ends by itself, at the minute', async (t) => {
  const { store, now, advance } = await openStores(t)
  t.is(await registrationWindow(store, now()), undefined)
  const until = await openRegistrationWindow(store, now(), 10 * MINUTE)
  t.is(until, now() + 10 * MINUTE)
  advance(10 * MINUTE - 1)
  t.is(await registrationWindow(store, now()), until)
  advance(1)
  t.is(await registrationWindow(store, now()), undefined)
})

test('what another process opens and closes counts at once', async (t) => {
  const { store, other, now } = await openStores(t)
  const until = await openRegistrationWindow(other, now(), MINUTE)
  t.is(await registrationWindow(store, now()), until)
  t.true(await closeRegistrationWindow(other))
  t.is(await registrationWindow(store, now()), undefined)
  t.false(await closeRegistrationWindow(store))
})

test('opening once more counts from then on, whether that is shorter or longer', async (t) => {
  const { store, now } = await openStores(t)
  for (const minutes of [60, 5, 30]) {
    const until = await openRegistrationWindow(store, now(), minutes * MINUTE)
    t.is(await registrationWindow(store, now()), until)
  }
})

test('a clock that was ahead while it was opened, and is set right, leaves nothing open', async (t) => {
  const { store, now } = await openStores(t)
  await openRegistrationWindow(store, now(), 10 * MINUTE)
  t.is(await registrationWindow(store, now() - 365 * 24 * 60 * MINUTE), undefined)
  t.is(await registrationWindow(store, now()), undefined, 'nor when that time comes')
})
