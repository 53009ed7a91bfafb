import test from 'ava'
import { approvalEntries } from '../../../src/oauth/clients/approval-entries.ts'
import {
  listRegisteredClients,
  REGISTERED_CLIENTS_LIMIT,
} from '../../../src/oauth/clients/registered/registered-clients.ts'
import type { ClientRecord } from '../../../src/store/records.ts'
import { openStores, putGrant } from '../../support/grants.ts'

const DAY = 86_400_000
const idOf = (i: number) => `https://apps.example.org/${i}`

function row(now: number): ClientRecord {
  const asPublic = { public: true, authMethods: [], scopes: ['music.read'], redirectUris: [] }
  return { ...asPublic, name: 'Chat', grantTypes: ['authorization_code'], createdAt: now, documentReadAt: now }
}

const approved = (i: number, now: number) => ({
  id: idOf(i),
  documented: true as const,
  rowOnceApproved: row(now),
})

test('where nothing changes by an approval, nothing is written', async (t) => {
  const { store, now } = await openStores(t)
  t.deepEqual(await approvalEntries({ store, now, clockDoubt: () => undefined }, { id: 'phone' }), [])
  t.deepEqual(await listRegisteredClients(store), [])
})

test('of clients with a document so many stay as there is room for; those go first that nobody uses', async (t) => {
  const { store, now, advance } = await openStores(t)
  const server = { store, now, clockDoubt: () => undefined }
  const ids = async () => (await listRegisteredClients(store)).map(({ id }) => id)
  for (let i = 0; i < REGISTERED_CLIENTS_LIMIT; i++) await approvalEntries(server, approved(i, now()))
  await putGrant(store, now(), { client: idOf(0) })
  await t.throwsAsync(approvalEntries(server, approved(100, now())), { code: 'too_many_requests' })
  t.is((await approvalEntries(server, approved(5, now()))).length, 1, 'one that is known takes no more room')

  advance(DAY)
  const [again] = await approvalEntries(server, approved(7, now()))
  await store.put('client', again!.id, again!.value as ClientRecord)
  await approvalEntries(server, approved(100, now()))
  t.deepEqual((await ids()).toSorted(), [idOf(0), idOf(100), idOf(7)].toSorted(), 'used, new, and approved just now')
})

test('neither those that registered themselves nor those with a document take the room of the others', async (t) => {
  const { store, now } = await openStores(t)
  const { documentReadAt: _, ...registered } = row(now())
  for (let i = 0; i < REGISTERED_CLIENTS_LIMIT; i++) await store.put('client', `app-${i}`, registered)
  await approvalEntries({ store, now, clockDoubt: () => undefined }, approved(1, now()))
  t.is((await listRegisteredClients(store)).length, REGISTERED_CLIENTS_LIMIT + 1)
})

test('what became a grant while its client was removed stays dead when somebody approves the client anew', async (t) => {
  const { store, now } = await openStores(t)
  const left = await putGrant(store, now(), { client: idOf(1) })
  const other = await putGrant(store, now(), { client: idOf(2) })
  await approvalEntries({ store, now, clockDoubt: () => undefined }, approved(1, now()))
  t.is(await store.get('grant', left.id), undefined)
  t.truthy(await store.get('grant', other.id))
  const again = await putGrant(store, now(), { client: idOf(1) })
  await approvalEntries({ store, now, clockDoubt: () => undefined }, approved(1, now()))
  t.truthy(await store.get('grant', again.id), 'one that is known keeps all that it was allowed')
})

test('one that registered itself and was removed while somebody approved it does not come back', async (t) => {
  const { store, now } = await openStores(t)
  const { documentReadAt: _, ...registered } = row(now())
  const client = { id: 'app-1', rowOnceApproved: { ...registered, openly: true as const, approved: true as const } }
  const server = { store, now, clockDoubt: () => undefined }
  await t.throwsAsync(approvalEntries(server, client), { code: 'invalid_request' })
  await store.put('client', 'app-1', registered)
  t.like(await approvalEntries(server, client), { length: 1 })
})
