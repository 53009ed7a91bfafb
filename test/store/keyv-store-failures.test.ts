import { statSync, truncateSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { code, openStore } from '../support/keyv-store.ts'

test('a row that is not what was written is an error, not a missing row', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  const saboteur = new DatabaseSync(file)
  saboteur.exec(`UPDATE keyv SET value = '{"value":{"us'`)
  saboteur.close()
  for (const call of [
    () => store.get('code', 'x'),
    () => store.list('code', '', undefined, 10),
    () => store.take('code', 'x'),
  ]) {
    await t.throwsAsync(call as () => Promise<unknown>, { instanceOf: StorageError, message: /unreadable/ })
  }
})

test('a row in which a single character is another one is an error, though it reads well', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  const saboteur = new DatabaseSync(file)
  saboteur.exec(`UPDATE keyv SET value = replace(value, 'ada', 'adb')`)
  saboteur.close()
  await t.throwsAsync(() => store.get('code', 'x'), { instanceOf: StorageError, message: /checksum/ })
})

test('a database that has lost its table is refused, not taken for a new one', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.close()
  for (const [statement, why] of [
    ['ALTER TABLE keyv RENAME TO keyw', /its table is missing/],
    ['ALTER TABLE keyw RENAME TO keyv; DROP INDEX keyv_expires_idx', /its table is missing/],
    ['PRAGMA user_version = 3', /version 3/],
  ] as const) {
    const saboteur = new DatabaseSync(file)
    saboteur.exec(statement)
    saboteur.close()
    await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: why })
  }
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
    t.is((await store.get('code', 'x'))?.userName, 'ada')
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

test('an empty file where the database was is refused, not taken for a new one', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.close()
  writeFileSync(file, '')
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /it is empty.*backup/s })
  t.is(statSync(file).size, 0)
})
