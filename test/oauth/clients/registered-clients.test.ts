import test from 'ava'
import {
  addRegisteredClient,
  listRegisteredClients,
  removeRegisteredClient,
} from '../../../src/oauth/clients/registered-clients.ts'
import type { ClientRecord } from '../../../src/store/records.ts'
import type { Store } from '../../../src/store/store.ts'
import { openStores, putGrant } from '../../support/grants.ts'

const DAY = 86_400_000

const record = (createdAt: number): ClientRecord => ({
  name: 'App',
  public: true,
  redirectUris: ['https://app.example/back'],
  scopes: ['music.read'],
  grantTypes: ['authorization_code'],
  authMethods: [],
  createdAt,
})

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
