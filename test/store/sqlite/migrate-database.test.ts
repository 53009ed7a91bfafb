import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { readDatabase, writeFixture, writeVersion1 } from '../fixtures/v1.ts'

const now = () => 0

/** A database of version 1 in a folder of its own. */
function writeOld(t: ExecutionContext) {
  const folder = temporaryFolder(t)
  const file = join(folder, 'skillgate.db')
  writeFixture(file)
  return { folder, file, copy: `${file}.v1-backup`, before: readDatabase(file) }
}

const session = (half: boolean) => ({ revision: 1, userName: 'ada', userId: 'u1', epoch: 0, ...(half && { half }) })

test('before a migration the database is set aside, whole, for its owner only, and who opens it hears of that', async (t) => {
  const { folder, file, copy, before } = writeOld(t)
  const told: unknown[] = []
  const store = await openKeyvStore(file, now, { onMigrated: (...what) => told.push(what) })
  await store.close()
  t.deepEqual(told, [[1, copy]])
  t.deepEqual(readDatabase(copy), before)
  t.is(statSync(copy).mode & 0o777, 0o600)
  t.is(readDatabase(file).version, 2)
  t.deepEqual(readdirSync(folder).sort(), ['skillgate.db', 'skillgate.db.v1-backup'])
})

test('a database is migrated once: the next start changes nothing and sets nothing aside', async (t) => {
  const { file, copy } = writeOld(t)
  await (await openKeyvStore(file, now)).close()
  const after = readDatabase(file)
  rmSync(copy)
  const onMigrated = () => t.fail()
  await (await openKeyvStore(file, now, { onMigrated })).close()
  t.deepEqual(readDatabase(file), after)
  t.false(existsSync(copy))
})

test('a new database is of the version that is written, and nothing is set aside', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'skillgate.db')
  await (await openKeyvStore(file, now)).close()
  t.is(readDatabase(file).version, 2)
  t.deepEqual(readdirSync(folder), ['skillgate.db'])
})

test('a copy that is put back in its place is migrated again', async (t) => {
  const { file, copy, before } = writeOld(t)
  await (await openKeyvStore(file, now)).close()
  const migrated = readDatabase(file)
  writeFileSync(file, readFileSync(copy))
  await (await openKeyvStore(file, now)).close()
  t.deepEqual(readDatabase(file), migrated)
  t.deepEqual(readDatabase(copy), before)
})

test('what was still in the write-ahead log, as after a kill, is migrated and in the copy', async (t) => {
  const { folder, file, before } = writeOld(t)
  const writer = new DatabaseSync(file)
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0')
  writer.exec(
    `INSERT INTO keyv SELECT 'code:late', value, namespace, expires FROM keyv WHERE key LIKE 'code:%' LIMIT 1`,
  )
  const killed = join(folder, 'killed.db')
  for (const end of ['', '-wal']) writeFileSync(killed + end, readFileSync(file + end))
  writer.close()
  await (await openKeyvStore(killed, now)).close()
  for (const { rows } of [readDatabase(killed), readDatabase(`${killed}.v1-backup`)]) {
    t.is(rows.length, before.rows.length + 1)
    t.true(rows.some(({ key }) => key === 'code:late'))
  }
})

test('more rows than are in memory at once are all migrated', async (t) => {
  const file = join(temporaryFolder(t), 'skillgate.db')
  const ids = Array.from({ length: 1001 }, (_, i) => `s${i}`)
  writeVersion1(
    file,
    ids.map((id, i) => ({ kind: 'session', id, value: session(i % 3 === 0), expiresAt: 1000 + i })),
  )
  const store = await openKeyvStore(file, now)
  for (const [i, id] of ids.entries()) {
    t.is((await store.get('session', id))?.state, i % 3 === 0 ? 'pending' : 'signed-in')
  }
  await store.close()
  t.deepEqual(
    readDatabase(file).rows.map(({ key, expires }) => [key, expires]),
    readDatabase(`${file}.v1-backup`).rows.map(({ key, expires }) => [key, expires]),
  )
})

test('a row that is not what was written stays as it is: an error, not a missing row and not a good one', async (t) => {
  const file = join(temporaryFolder(t), 'skillgate.db')
  writeVersion1(
    file,
    ['good', 'bad'].map((id) => ({ kind: 'session', id, value: session(false) })),
  )
  const saboteur = new DatabaseSync(file)
  saboteur.exec(`UPDATE keyv SET value = replace(value, 'ada', 'adb') WHERE key = 'session:bad'`)
  saboteur.close()
  const store = await openKeyvStore(file, now)
  t.is((await store.get('session', 'good'))?.state, 'signed-in')
  await t.throwsAsync(store.get('session', 'bad'), { instanceOf: StorageError, message: /checksum/ })
  await store.close()
})

test('a file of a newer version is refused in words that say which and what to do, and kept as it is', async (t) => {
  const { folder, file } = writeOld(t)
  await (await openKeyvStore(file, now)).close()
  const newer = new DatabaseSync(file)
  newer.exec('PRAGMA user_version = 3; PRAGMA journal_mode = DELETE')
  newer.close()
  const bytes = readFileSync(file)
  const files = readdirSync(folder)
  await t.throwsAsync(openKeyvStore(file, now), {
    instanceOf: StorageError,
    message:
      /was written by a newer Skillgate \(version 3\); this one knows up to 2\. .*Install .* or put back a backup/,
  })
  t.deepEqual(readFileSync(file), bytes)
  t.deepEqual(readdirSync(folder), files)
})

test('a file without a version is refused as damaged, or as none of Skillgate', async (t) => {
  const { file } = writeOld(t)
  const saboteur = new DatabaseSync(file)
  saboteur.exec('PRAGMA user_version = 0')
  saboteur.close()
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /damaged.*version 0.*backup/s })
  t.is(readDatabase(file).version, 0)
})

test('a damaged file of an earlier version is refused before anything is copied or changed', async (t) => {
  const { folder, file } = writeOld(t)
  truncateSync(file, statSync(file).size - 4096)
  const bytes = readFileSync(file)
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /damaged|malformed/ })
  t.deepEqual(readFileSync(file), bytes)
  t.deepEqual(readdirSync(folder), ['skillgate.db'])
})

test('an earlier version that has lost its table is refused before anything is copied', async (t) => {
  const { folder, file } = writeOld(t)
  const saboteur = new DatabaseSync(file)
  saboteur.exec('ALTER TABLE keyv RENAME TO keyw')
  saboteur.close()
  await t.throwsAsync(openKeyvStore(file, now), { instanceOf: StorageError, message: /its table is missing/ })
  t.deepEqual(readdirSync(folder), ['skillgate.db'])
})

test('while an older Skillgate has the database open it is not migrated under it, and is as soon as that one stops', async (t) => {
  const { folder, file, before } = writeOld(t)
  const older = new DatabaseSync(file)
  older.exec('PRAGMA journal_mode = WAL')
  older.prepare('SELECT count(*) FROM keyv').get()
  await t.throwsAsync(openKeyvStore(file, now, { othersTimeoutMs: 50 }), {
    instanceOf: StorageError,
    message: /another program has it open: perhaps a Skillgate that is still running\. Stop it first/,
  })
  t.false(readdirSync(folder).some((name) => name.includes('backup')))
  t.is(older.prepare('PRAGMA user_version').get()?.user_version, 1)
  t.deepEqual(readDatabase(file), before)

  let waited = 0
  const opening = openKeyvStore(file, now, { othersTimeoutMs: 60_000 }).finally(() => waited++)
  await new Promise(setImmediate)
  t.is(waited, 0)
  older.close()
  await (await opening).close()
  t.is(readDatabase(file).version, 2)
})

test('who opens it while another process migrates it waits for that, however long it takes, and finds it done', async (t) => {
  const { file } = writeOld(t)
  const other = new DatabaseSync(file)
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; PRAGMA user_version = 2')
  let opened = false
  const opening = openKeyvStore(file, now, { othersTimeoutMs: 0, onMigrated: () => t.fail() }).finally(() => {
    opened = true
  })
  // It has looked already, and looks again after each of these.
  for (let time = 0; time < 5; time++) await sleep(10)
  t.false(opened)
  other.exec('COMMIT')
  other.close()
  await (await opening).close()
})

test('where the copy cannot be set aside, nothing is migrated, and the words say what is missing', async (t) => {
  const { folder, file, before, copy } = writeOld(t)
  // A folder of that name, which is not empty: a file can't be put in its place.
  mkdirSync(join(copy, 'something'), { recursive: true })
  await t.throwsAsync(openKeyvStore(file, now), {
    instanceOf: StorageError,
    message: /can't be brought up to date: .*v1-backup, and all takes up to 1 MB: is there room\? Nothing was changed/,
  })
  t.deepEqual(readDatabase(file), before)
  t.deepEqual(readdirSync(folder).sort(), ['skillgate.db', 'skillgate.db.v1-backup'])
  rmSync(copy, { recursive: true })
  await (await openKeyvStore(file, now)).close()
  t.is(readDatabase(file).version, 2)
})

test('a migration that fails in the middle is undone, and can be tried again', async (t) => {
  const { file, before } = writeOld(t)
  for (const deadly of ['copied', 'begun', 'row', 'migrated']) {
    const step = (step: string) => {
      if (step === deadly) throw new Error('the disk is full')
    }
    await t.throwsAsync(openKeyvStore(file, now, { step }), { instanceOf: StorageError, message: /the disk is full/ })
    t.deepEqual(readDatabase(file), before, deadly)
  }
  await (await openKeyvStore(file, now)).close()
  t.is(readDatabase(file).version, 2)
})
