import test from 'ava'
import {
  addRegisteredClient,
  listRegisteredClients,
  removeRegisteredClient,
} from '../../../../src/oauth/clients/registered/registered-clients.ts'
import { STRANGERS_LIMIT } from '../../../../src/oauth/clients/registered/room-for-strangers.ts'
import type { Store } from '../../../../src/store/store.ts'
import { clientRecord } from '../../../support/client-record.ts'
import { openStores, putGrant, USER } from '../../../support/grants.ts'

const DAY = 86_400_000

const record = (createdAt: number) => clientRecord({ createdAt })

async function fill(store: Store, count: number, createdAt: number) {
  for (let i = 0; i < count; i++) await store.put('client', `app-${i}`, record(createdAt))
}

const ids = async (store: Store) => (await listRegisteredClients(store)).map(({ id }) => id)

const add = (store: Store, now: number, id = 'app-new') => addRegisteredClient(store, now, { id, record: record(now) })

test('until there are 100, clients stay however old and unused they are', async (t) => {
  const { store, now } = await openStores(t)
  await fill(store, 99, now() - 1000 * DAY)
  await add(store, now())
  t.is((await ids(store)).length, 100)
})

test('of 100 those go that nobody allowed anything for a day, and no others', async (t) => {
  const { store, now } = await openStores(t)
  await fill(store, 100, now())
  await store.put('client', 'app-1', record(now() - DAY))
  await store.put('client', 'app-2', record(now() - DAY + 1))
  await store.put('client', 'app-3', record(now() - 1000 * DAY))
  await putGrant(store, now(), { client: 'app-3' })
  await add(store, now())
  const left = await ids(store)
  t.is(left.length, 100)
  t.false(left.includes('app-1'))
  t.true(left.includes('app-new'))
})

test('where 100 are in use or new, another one is asked to wait', async (t) => {
  const { store, now } = await openStores(t)
  await fill(store, 100, now() - DAY + 1)
  await store.put('client', 'app-0', record(now() - DAY))
  await putGrant(store, now(), { client: 'app-0' })
  await t.throwsAsync(add(store, now()), { code: 'too_many_requests' })
  t.is((await ids(store)).length, 100)
})

test('60. of any number of clients that register at once, in two processes, a hundred do', async (t) => {
  const { store, other, now } = await openStores(t)
  await fill(store, 90, now())
  // Straight after one another, so that those of the two connections look for room at the same time.
  const results = await Promise.allSettled([
    ...Array.from({ length: 20 }, (_, i) => add(store, now(), `here-${i}`)),
    ...Array.from({ length: 20 }, (_, i) => add(other, now(), `there-${i}`)),
  ])
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 10)
  t.is((await ids(store)).length, 100)
})

test('60. whoever looked for room while somebody else took the last looks again', async (t) => {
  const { store, other, now } = await openStores(t)
  await fill(store, 99, now())
  const overtaken = Object.create(store, {
    list: {
      async value(...wanted: Parameters<Store['list']>) {
        const page = await store.list(...wanted)
        // As another process would, after this one has seen that there is room.
        await other.put('failures', 'registrations', { revision: 7, at: [] })
        await other.put('client', 'app-other', record(now()))
        return page
      },
    },
  }) as Store
  await t.throwsAsync(add(overtaken, now()), { code: 'too_many_requests' })
  t.is((await ids(store)).length, 100)
})

test('with a client goes all that anybody allowed it, and nothing else', async (t) => {
  const { store, now } = await openStores(t)
  await fill(store, 2, now())
  const ended = [await putGrant(store, now(), { client: 'app-0' }), await putGrant(store, now(), { client: 'app-0' })]
  const other = await putGrant(store, now(), { client: 'app-1' })
  t.is(await removeRegisteredClient(store, 'app-0'), 2)
  t.deepEqual(await ids(store), ['app-1'])
  for (const { id } of ended) t.is(await store.get('grant', id), undefined)
  t.truthy(await store.get('grant', other.id))
  t.is(await removeRegisteredClient(store, 'app-0'), undefined)
})

/** A store in which something happens right after the first page of the clients was read. */
function afterList(store: Store, happen: () => Promise<unknown>): Store {
  let happened = false
  return Object.create(store, {
    list: {
      async value(...wanted: Parameters<Store['list']>) {
        const page = await store.list(...wanted)
        if (!happened && wanted[0] === 'client') {
          happened = true
          await happen()
        }
        return page
      },
    },
  })
}

test('a stranger that somebody approves in another process while it is about to make room stays', async (t) => {
  const { store, other, now } = await openStores(t)
  const stranger = { ...record(now()), openly: true as const, expiresAt: now() + DAY }
  for (let i = 0; i < STRANGERS_LIMIT; i++)
    await store.put('client', `app-${i}`, { ...stranger, createdAt: now() - DAY + i }, stranger.expiresAt)
  const approved = { ...record(now() - DAY), openly: true as const, approved: true as const }
  const overtaken = afterList(store, () => other.put('client', 'app-0', approved))
  await addRegisteredClient(overtaken, now(), { id: 'app-new', record: stranger })
  t.deepEqual(await store.get('client', 'app-0'), approved)
  t.true((await ids(store)).includes('app-new'))
})

test('one with a document that is approved again while it is about to make room stays, and another one waits', async (t) => {
  const { store, other, now } = await openStores(t)
  const old = { ...record(now() - 2 * DAY), documentReadAt: now() - 2 * DAY }
  await store.put('client', 'https://a.example/c', old)
  for (let i = 1; i < 100; i++) await store.put('client', `https://a.example/${i}`, { ...old, documentReadAt: now() })
  const again = { ...old, documentReadAt: now() }
  const overtaken = afterList(store, () => other.put('client', 'https://a.example/c', again))
  const added = addRegisteredClient(overtaken, now(), { id: 'https://a.example/new', record: again })
  await t.throwsAsync(added, { code: 'too_many_requests' })
  t.deepEqual(await store.get('client', 'https://a.example/c'), again)
})

test('a client that has a code, or an approved device, is in use', async (t) => {
  const { store, now } = await openStores(t)
  await fill(store, 100, now() - DAY)
  await store.put('code', 'code', { ...APPROVED, client: 'app-1', redirectUri: 'https://app.example/back' })
  await store.put('device', 'device', { ...DEVICE, client: 'app-2' })
  await add(store, now())
  t.deepEqual((await ids(store)).toSorted(), ['app-1', 'app-2', 'app-new'])
})

const APPROVED = { userName: USER.name, userId: USER.id, scopes: [], expiresAt: Number.MAX_SAFE_INTEGER }
const DEVICE = {
  ...{ revision: 1, scopes: [], interval: 5000, expiresAt: Number.MAX_SAFE_INTEGER },
  decision: { approved: true as const, userName: USER.name, userId: USER.id },
}

test('with a client goes what it has not fetched yet, but no device that still waits, and nothing of another', async (t) => {
  const { store, now } = await openStores(t)
  const { decision: _, ...waiting } = DEVICE
  for (const client of ['app-0', 'app-1']) {
    await store.put('client', client, record(now()))
    await store.put('code', client, { ...APPROVED, client, redirectUri: 'https://app.example/back' })
    await store.put('device', client, { ...DEVICE, client })
    await store.put('device', `${client}-waits`, { ...waiting, client })
  }
  t.is(await removeRegisteredClient(store, 'app-0'), 0)
  t.is(await store.get('code', 'app-0'), undefined)
  t.is(await store.get('device', 'app-0'), undefined)
  t.truthy(await store.get('device', 'app-0-waits'))
  for (const kind of ['code', 'device'] as const) t.truthy(await store.get(kind, 'app-1'))
})

test('a client that another process writes once more while it is being removed is gone all the same', async (t) => {
  const { store, other, now } = await openStores(t)
  await fill(store, 1, now())
  let back = 0
  const overtaken = Object.create(store, {
    list: {
      async value(...wanted: Parameters<Store['list']>) {
        if (back++ === 0) {
          await other.put('client', 'app-0', { ...record(now()), openly: true, approved: true })
          await putGrant(other, now(), { client: 'app-0' })
        }
        return store.list(...wanted)
      },
    },
  }) as Store
  t.is(await removeRegisteredClient(overtaken, 'app-0'), 1)
  t.deepEqual(await ids(store), [])
})
