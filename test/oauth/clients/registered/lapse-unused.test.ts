import test from 'ava'
import { lapseUnused, UNUSED_FOR_MS } from '../../../../src/oauth/clients/registered/lapse-unused.ts'
import { clientRecord } from '../../../support/client-record.ts'
import { openStores, putGrant, USER } from '../../../support/grants.ts'

const APPROVED = clientRecord({ openly: true, approved: true })

test('an approved client whose last grant is gone goes by itself later, but not while it is linked again', async (t) => {
  const { store, now, advance } = await openStores(t)
  await store.put('client', 'app', APPROVED)
  const first = await putGrant(store, now(), { client: 'app' })
  t.is(await lapseUnused(store, now), 0)
  t.is((await store.get('client', 'app'))?.expiresAt, undefined)

  await store.delete('grant', first.id)
  t.is(await lapseUnused(store, now), 1)
  t.is(await lapseUnused(store, now), 0)
  advance(UNUSED_FOR_MS - 1)
  t.truthy(await store.get('client', 'app'))

  await putGrant(store, now(), { client: 'app' })
  t.is(await lapseUnused(store, now), 1)
  advance(1)
  t.deepEqual(await store.get('client', 'app'), APPROVED)

  await store.put('client', 'other', APPROVED)
  await lapseUnused(store, now)
  advance(UNUSED_FOR_MS)
  t.is(await store.get('client', 'other'), undefined)
})

test('what somebody has approved and nobody has fetched yet counts as in use', async (t) => {
  const { store, now } = await openStores(t)
  for (const id of ['by-code', 'by-device']) await store.put('client', id, APPROVED)
  const asked = { scopes: [], expiresAt: now() + 1000 }
  const owner = { userName: USER.name, userId: USER.id, redirectUri: 'https://app.example/back' }
  await store.put('code', 'code', { ...asked, ...owner, client: 'by-code' })
  await store.put('device', 'device', { ...asked, revision: 1, client: 'by-device', interval: 5000 })
  t.is(await lapseUnused(store, now), 0)
})

test('those with the token stay however unused, and strangers go by the date that they have', async (t) => {
  const { store, now } = await openStores(t)
  const { openly: _, approved: _approved, ...withToken } = APPROVED
  await store.put('client', 'token', withToken)
  await store.put('client', 'stranger', { ...withToken, openly: true, expiresAt: now() + 1000 }, now() + 1000)
  t.is(await lapseUnused(store, now), 0)
})
