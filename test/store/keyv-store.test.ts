import { chmodSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { GrantRecord } from '../../src/store/records.ts'
import { StorageError } from '../../src/store/store.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'

const code = { userName: 'ada', userId: 'u1', client: 'c', redirectUri: 'https://c.example/', scopes: ['a'] }
const token = (grant: string) => ({ grant, scopes: ['a'], expiresAt: 0 })
const grant = (revision: number): GrantRecord => ({
  revision,
  userName: 'ada',
  userId: 'u1',
  client: 'c',
  scopes: [],
  createdAt: 0,
  lastUsedAt: 0,
})

async function openStore(t: ExecutionContext) {
  const environment = testEnvironment()
  const file = join(temporaryFolder(t), 'data', 'skillgate.db')
  const store = await openKeyvStore(file, environment.now)
  t.teardown(() => store.close())
  return { store, file, ...environment }
}

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

test('every call rejects with a StorageError while the backend fails, and works again when it does not', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.put('code', 'x', code)
  const saboteur = new DatabaseSync(file)
  saboteur.exec('ALTER TABLE keyv RENAME TO hidden')
  const calls = {
    insert: () => store.insert('code', 'y', code),
    get: () => store.get('code', 'x'),
    put: () => store.put('code', 'x', code),
    take: () => store.take('code', 'x'),
    replace: () => store.replace('grant', 'x', 1, grant(2)),
    delete: () => store.delete('code', 'x'),
    list: () => store.list('code', '', undefined, 10),
    purgeExpired: () => store.purgeExpired(now(), 10),
  }
  for (const [name, call] of Object.entries(calls)) {
    await t.throwsAsync<Error>(call as () => Promise<unknown>, { instanceOf: StorageError }, name)
    t.false(store.healthy(), name)
  }
  saboteur.exec('ALTER TABLE hidden RENAME TO keyv')
  saboteur.close()
  t.deepEqual(await store.get('code', 'x'), code)
  t.true(store.healthy())
})

test('a row that is not what was written is an error, not a missing row', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  const saboteur = new DatabaseSync(file)
  saboteur.exec(`UPDATE keyv SET value = '{"value":{"us'`)
  saboteur.close()
  await t.throwsAsync(() => store.get('code', 'x'), { instanceOf: StorageError })
})

test('a damaged database is refused in words that say what to do, and kept as it is', async (t) => {
  const { store, file, now } = await openStore(t)
  for (let i = 0; i < 200; i++) await store.put('code', `${i}`, code)
  await store.close()
  truncateSync(file, 8192)
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /damaged.*backup/s })
  t.is(statSync(file).size, 8192)
  writeFileSync(file, 'this is not a database, although somebody called it one')
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /can't be opened.*backup/s })
})

test('asking for changes by others does not make a failing store look healthy', async (t) => {
  const { store, file } = await openStore(t)
  const saboteur = new DatabaseSync(file)
  saboteur.exec('ALTER TABLE keyv RENAME TO hidden')
  await t.throwsAsync(store.get('code', 'x'))
  store.changesByOthers()
  t.false(store.healthy())
  saboteur.close()
})

test('a locked database makes a write wait, and nothing else in the process', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  const holder = new DatabaseSync(file)
  holder.exec('BEGIN IMMEDIATE')
  let written = false
  const writing = store.put('code', 'x', { ...code, userName: 'bob' }).then(() => {
    written = true
  })
  for (let i = 0; i < 20; i++) {
    const before = performance.now()
    t.is((await store.get('code', 'x'))?.userName, 'ada')
    t.true(performance.now() - before < 500)
    await setImmediate()
  }
  t.false(written)
  holder.exec('COMMIT')
  await writing
  t.is((await store.get('code', 'x'))?.userName, 'bob')
  holder.close()
})

test('a database that stays locked is a StorageError for all who wait, soon enough for Alexa', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  const holder = new DatabaseSync(file)
  holder.exec('BEGIN IMMEDIATE')
  const started = performance.now()
  const writes = await Promise.allSettled(Array.from({ length: 5 }, () => store.put('code', 'x', code)))
  t.true(writes.every((write) => write.status === 'rejected' && write.reason instanceof StorageError))
  t.true(performance.now() - started < 4500)
  t.truthy(await store.get('code', 'x'))
  holder.close()
})

test('a database that others may read, as one from a backup, is made readable by its owner only', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.close()
  chmodSync(file, 0o644)
  const again = await openKeyvStore(file, now)
  t.is(statSync(file).mode & 0o777, 0o600)
  await again.close()
})

test('an empty file where the database was is refused, not taken for a new one', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.close()
  writeFileSync(file, '')
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /it is empty.*backup/s })
  t.is(statSync(file).size, 0)
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
