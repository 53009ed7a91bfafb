import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { Entry } from '../../src/store/store.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { code, grant, openStore } from '../support/keyv-store.ts'

const token = (grant: string) => ({ grant, scopes: ['a'], issuedAt: 0, expiresAt: 0 })

test('what was put comes back, also after the database was closed and opened again', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.put('code', 'x', { ...code, redirectUri: ':odd' })
  t.deepEqual(await store.get('code', 'x'), { ...code, redirectUri: ':odd' })
  const other = await openKeyvStore(file, now)
  t.deepEqual(await other.get('code', 'x'), { ...code, redirectUri: ':odd' })
  await other.close()
})

test('the database and its folder are for their owner only', async (t) => {
  const { file } = await openStore(t)
  t.is(statSync(file).mode & 0o777, 0o600)
  t.is(statSync(join(file, '..')).mode & 0o777, 0o700)
})

test('a row is there until it expires and not from then on', async (t) => {
  const { store, now, advance } = await openStore(t)
  await store.put('code', 'x', code, now() + 1000)
  advance(999)
  t.deepEqual(await store.get('code', 'x'), code)
  t.is((await store.list('code', '', undefined, 10)).entries.length, 1)
  advance(1)
  t.is(await store.get('code', 'x'), undefined)
  t.is((await store.list('code', '', undefined, 10)).entries.length, 0)
  t.is(await store.take('code', 'x'), undefined)
})

test('only the first of many inserts of a row succeeds, whichever connection they come from', async (t) => {
  const { store, file, now } = await openStore(t)
  const other = await openKeyvStore(file, now)
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? store : other).insert('redemption', 'x', { grant: `${i}`, redeemedAt: 0 }, now() + 1000, [
        { kind: 'access', id: `a${i}`, value: token(`${i}`) },
      ]),
    ),
  )
  t.is(results.filter(Boolean).length, 1)
  const winner = results.indexOf(true)
  t.deepEqual(await store.get('redemption', 'x'), { grant: `${winner}`, redeemedAt: 0 })
  const alongside = (await store.list('access', '', undefined, 100)).entries
  t.deepEqual(alongside, [{ id: `a${winner}`, value: token(`${winner}`) }])
  await other.close()
})

test('an expired row does not stand in the way of an insert', async (t) => {
  const { store, now, advance } = await openStore(t)
  t.true(await store.insert('code', 'x', code, now() + 1000))
  t.false(await store.insert('code', 'x', code, now() + 1000))
  advance(1000)
  t.true(await store.insert('code', 'x', { ...code, userName: 'bob' }, now() + 1000))
  t.is((await store.get('code', 'x'))?.userName, 'bob')
})

test('reading an expired row deletes nothing, so not what another connection puts there at the same moment', async (t) => {
  const { store, file, now } = await openStore(t)
  const other = await openKeyvStore(file, now)
  const read = () => store.get('code', 'x')
  const insert = () => other.insert('code', 'x', { ...code, userName: 'bob' }, now() + 60_000)
  for (const calls of [
    [read, insert],
    [insert, read],
  ]) {
    await store.put('code', 'x', code, now() - 1000)
    await Promise.all(calls.map((call) => call()))
    t.is((await store.get('code', 'x'))?.userName, 'bob')
  }
  await other.close()
})

test('only one of many takers gets the row', async (t) => {
  const { store } = await openStore(t)
  await store.put('code', 'x', code)
  const taken = await Promise.all(Array.from({ length: 8 }, () => store.take('code', 'x')))
  t.is(taken.filter(Boolean).length, 1)
  t.is(await store.get('code', 'x'), undefined)
})

test('a replacement is made only over the revision that was read, and never brings a deleted row back', async (t) => {
  const { store, now, advance } = await openStore(t)
  await store.put('grant', 'u1.x', grant(1), now() + 1000)
  t.true(await store.replace('grant', 'u1.x', 1, grant(2), now() + 5000))
  t.false(await store.replace('grant', 'u1.x', 1, grant(3), now() + 5000))
  t.is((await store.get('grant', 'u1.x'))?.revision, 2)
  advance(1000)
  t.is((await store.get('grant', 'u1.x'))?.revision, 2)
  t.true(await store.delete('grant', 'u1.x'))
  t.false(await store.delete('grant', 'u1.x'))
  t.false(await store.replace('grant', 'u1.x', 2, grant(3)))
  t.is(await store.get('grant', 'u1.x'), undefined)
})

test('what goes alongside a replacement is written with it or not at all', async (t) => {
  const { store, now } = await openStore(t)
  const entries = (of: string): Entry[] => [
    { kind: 'access', id: 'new', value: token(of), expiresAt: now() + 1000 },
    { kind: 'refresh', id: 'old', value: token(of), expiresAt: now() + 1000 },
  ]
  await store.put('grant', 'u1.x', grant(1), now() + 1000)
  await store.put('refresh', 'old', token('before'), now() + 1000)
  t.true(await store.replace('grant', 'u1.x', 1, grant(2), now() + 1000, entries('first')))
  t.false(await store.replace('grant', 'u1.x', 1, grant(3), now() + 1000, entries('second')))
  t.deepEqual(await store.get('access', 'new'), token('first'))
  t.deepEqual(await store.get('refresh', 'old'), token('first'))
  t.is((await store.get('grant', 'u1.x'))?.revision, 2)
  await store.delete('grant', 'u1.x')
  t.false(await store.replace('grant', 'u1.x', 2, grant(3), now() + 1000, entries('third')))
  t.deepEqual(await store.get('access', 'new'), token('first'))
})

test('a list has the rows of its kind and prefix in order, a page at a time', async (t) => {
  const { store } = await openStore(t)
  for (const id of ['u1.c', 'u1.a', 'u2.a', 'u1.b', 'u10.a']) await store.put('grant', id, grant(1))
  await store.put('access', 'u1.x', token('g'))
  const first = await store.list('grant', 'u1.', undefined, 2)
  t.deepEqual(
    first.entries.map(({ id }) => id),
    ['u1.a', 'u1.b'],
  )
  const last = await store.list('grant', 'u1.', first.cursor, 2)
  t.deepEqual(
    last.entries.map(({ id }) => id),
    ['u1.c'],
  )
  t.is(last.cursor, undefined)
})

test('purging deletes expired rows only, and no more than it is told to', async (t) => {
  const { store, now } = await openStore(t)
  for (const id of ['a', 'b', 'c']) await store.put('code', id, code, now() + 1000)
  await store.put('code', 'later', code, now() + 1001)
  await store.put('code', 'never', code)
  t.is(await store.purgeExpired(now() + 999, 10), 0)
  t.is(await store.purgeExpired(now() + 1000, 2), 2)
  t.is(await store.purgeExpired(now() + 1000, 10), 1)
  t.truthy(await store.get('code', 'later'))
  t.truthy(await store.get('code', 'never'))
})

test('a change by another process is noticed, one of our own is not taken for it', async (t) => {
  const { store, file, now } = await openStore(t)
  const before = store.changesByOthers()
  await store.put('code', 'x', code)
  t.is(store.changesByOthers(), before)
  const other = await openKeyvStore(file, now)
  await other.delete('code', 'x')
  t.not(store.changesByOthers(), before)
  await other.close()
})

test('a database that others may read, as one from a backup, is made readable by its owner only', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.close()
  chmodSync(file, 0o644)
  const again = await openKeyvStore(file, now)
  t.is(statSync(file).mode & 0o777, 0o600)
  await again.close()
})

test('several that make the database at the same moment share one', async (t) => {
  const file = join(temporaryFolder(t), 'data', 'skillgate.db')
  const { now } = testEnvironment()
  const stores = await Promise.all(Array.from({ length: 4 }, () => openKeyvStore(file, now)))
  await stores[0]!.put('code', 'x', code)
  for (const store of stores) {
    t.deepEqual(await store.get('code', 'x'), code)
    await store.close()
  }
})
