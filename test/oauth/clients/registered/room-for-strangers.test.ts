import test from 'ava'
import {
  addRegisteredClient,
  listRegisteredClients,
} from '../../../../src/oauth/clients/registered/registered-clients.ts'
import {
  isStranger,
  STRANGERS_LIMIT,
  whoMakesRoom,
} from '../../../../src/oauth/clients/registered/room-for-strangers.ts'
import { clientRecord } from '../../../support/client-record.ts'
import { openStores } from '../../../support/grants.ts'

const DAY = 86_400_000

const stranger = (createdAt: number, from?: string) =>
  clientRecord({ createdAt, openly: true, expiresAt: createdAt + DAY, from })

const client = (id: string, createdAt: number, from?: string) => ({ id, record: stranger(createdAt, from) })
const flood = (count: number, from: (i: number) => string | undefined) =>
  Array.from({ length: count }, (_, i) => client(`flood-${i}`, i, from(i)))

test('while there is room nobody goes', (t) => {
  t.is(whoMakesRoom(flood(STRANGERS_LIMIT - 1, () => 'a')), undefined)
})

test('of a flood from one network the oldest goes, and not an app of the house that came long before', (t) => {
  const house = client('house', -1000, 'home')
  t.is(whoMakesRoom([house, ...flood(STRANGERS_LIMIT - 1, () => 'a')])?.id, 'flood-0')
})

test('a flood from as many networks as there is room takes turns by age', (t) => {
  const house = client('house', 1000, 'home')
  t.is(whoMakesRoom([...flood(STRANGERS_LIMIT - 1, (i) => `${i}`), house])?.id, 'flood-0')
  t.is(whoMakesRoom([house, ...flood(STRANGERS_LIMIT + 4, (i) => `${i % 5}`)])?.id, 'flood-0')
})

test('where nobody tells addresses, the oldest goes', (t) => {
  t.is(whoMakesRoom(flood(STRANGERS_LIMIT, () => undefined).reverse())?.id, 'flood-0')
})

test('those that somebody approved, or that had the token, are no strangers, and never make room', (t) => {
  const { openly: _, ...withToken } = stranger(0, 'a')
  t.false(isStranger(withToken))
  t.false(isStranger({ ...stranger(0, 'a'), approved: true }))
  const others = [
    { id: 'token', record: withToken },
    { id: 'approved', record: { ...stranger(0, 'a'), approved: true } },
  ]
  t.is(whoMakesRoom([...others, ...flood(STRANGERS_LIMIT - 1, () => 'a')]), undefined)
  t.is(whoMakesRoom([...others, ...flood(STRANGERS_LIMIT, () => 'a')])?.id, 'flood-0')
})

test('however many strangers come, there are no more of them than there is room, and the house’s own is still there', async (t) => {
  const { store, other, now } = await openStores(t)
  await addRegisteredClient(store, now(), client('house', now(), 'home'))
  for (let i = 0; i < STRANGERS_LIMIT + 5; i++)
    await addRegisteredClient(i % 2 ? store : other, now(), client(`flood-${i}`, now() + i, `${i % 3}`))
  const ids = (await listRegisteredClients(store)).map(({ id }) => id)
  t.is(ids.length, STRANGERS_LIMIT)
  t.true(ids.includes('house'))
})

test('strangers keep nobody out who has the token, and 100 with the token no stranger', async (t) => {
  const { store, now } = await openStores(t)
  const { openly: _, expiresAt: _at, ...withToken } = stranger(now(), 'a')
  for (let i = 0; i < 99; i++) await store.put('client', `token-${i}`, withToken)
  for (let i = 0; i < STRANGERS_LIMIT; i++) await addRegisteredClient(store, now(), client(`flood-${i}`, now(), 'a'))
  await addRegisteredClient(store, now(), { id: 'token-99', record: withToken })
  await t.throwsAsync(addRegisteredClient(store, now(), { id: 'token-100', record: withToken }), {
    code: 'too_many_requests',
  })
  await addRegisteredClient(store, now(), client('one-more', now(), 'b'))
  t.truthy(await store.get('client', 'one-more'))
})

test('a stranger that nobody approved is gone a day later, by itself', async (t) => {
  const { store, now, advance } = await openStores(t)
  await addRegisteredClient(store, now(), client('app', now()))
  advance(DAY - 1)
  t.truthy(await store.get('client', 'app'))
  advance(1)
  t.is(await store.get('client', 'app'), undefined)
})
