import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { findDamage } from '../../src/store/sqlite/check-log.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { code } from '../support/keyv-store.ts'
import { seededRandom } from './seeded-random.ts'

const { now } = testEnvironment()
const HEADER = 32
const FRAME = 24 + 4096
const SECTOR = 512

interface Recorded {
  database: Buffer
  /** After each commit, which has been synced: how long the log was, and all of it. */
  commits: { length: number; log: Buffer }[]
}

/** A log of many commits of one to a dozen pages, over the remains of an earlier one, as it is while it is used. */
function record(t: ExecutionContext, random: (below: number) => number): Recorded {
  const file = join(temporaryFolder(t), 'recorded.db')
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
  database.exec('CREATE TABLE t (id TEXT UNIQUE, value TEXT)')
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)')
  const write = () => {
    database.exec('BEGIN')
    for (let rows = 1 + random(6); rows > 0; rows--)
      insert.run(`${random(1e9)}-${random(1e9)}`, 'x'.repeat(random(3000)))
    database.exec('COMMIT')
  }
  for (let i = 0; i < 60; i++) write()
  // What comes now is written from the beginning of the log on.
  database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  const commits: Recorded['commits'] = []
  let length = HEADER
  for (let i = 0; i < 40; i++) {
    write()
    const log = readFileSync(`${file}-wal`)
    const salts = log.subarray(16, 24)
    while (length < log.length && log.subarray(length + 8, length + 16).equals(salts)) length += FRAME
    commits.push({ length, log })
  }
  const bytes = readFileSync(file)
  database.close()
  return { database: bytes, commits }
}

function lookAt(t: ExecutionContext, { database }: Recorded) {
  const file = join(temporaryFolder(t), 'skillgate.db')
  writeFileSync(file, database)
  return (log: Buffer) => {
    writeFileSync(`${file}-wal`, log)
    return findDamage(file)
  }
}

test('69. no power cut is taken for damage of the log, whichever sectors of the last commit were written', (t) => {
  const random = seededRandom(t)
  const recorded = record(t, random)
  const look = lookAt(t, recorded)
  const { commits } = recorded
  for (let cut = 0; cut < 1000; cut++) {
    const number = 1 + random(commits.length - 1)
    const [synced, next] = [commits[number - 1]!, commits[number]!]
    const log = Buffer.from(next.log)
    // A sector of what was being written is there, or what was there before, or zeros where the file was just made longer.
    const portion = random(101)
    for (let at = synced.length; at < next.length; at += SECTOR) {
      if (random(100) < portion) continue
      const end = Math.min(at + SECTOR, next.length)
      const earlier = synced.log.subarray(at, end)
      log.fill(0, at, end)
      earlier.copy(log, at)
    }
    const size = random(3) === 0 ? synced.length + random(next.length - synced.length + 1) : log.length
    t.is(look(log.subarray(0, size)), undefined, `cut ${cut}, commit ${number}`)
  }
  for (const { log } of commits) t.is(look(log), undefined)
})

test('69. a bit that has fallen over in the log is found wherever a later commit would be left out', (t) => {
  const random = seededRandom(t)
  const recorded = record(t, random)
  const look = lookAt(t, recorded)
  const { log, length } = recorded.commits.at(-1)!
  const lastBegins = recorded.commits.at(-2)!.length
  const found = { damaged: 0, last: 0 }
  for (let i = 0; i < 500; i++) {
    const bytes = Buffer.from(log)
    const place = random(length)
    // The number of the checkpoint and the version are in the header's checksum too, so that all of it counts.
    bytes[place]! ^= 1 << random(8)
    const damage = look(bytes)
    // Of the last commit, and of the one before where that tells that it was one, nobody knows whether it ever was whole.
    const sure = place < lastBegins - FRAME
    if (sure) t.is(damage, place < HEADER ? 0 : 1 + Math.floor((place - HEADER) / FRAME), `byte ${place} of ${length}`)
    found[sure ? 'damaged' : 'last']++
  }
  t.log(found)
  t.true(found.damaged > 400)
})

/** A store as it was killed, with all of its rows in the log only. */
async function killed(t: ExecutionContext, rows: number): Promise<string> {
  const folder = temporaryFolder(t)
  const [file, copy] = [join(folder, 'skillgate.db'), join(folder, 'killed.db')]
  const store = await openKeyvStore(file, now)
  for (let i = 0; i < rows; i++) await store.put('code', `${i}`, code)
  for (const end of ['', '-wal']) copyFileSync(file + end, copy + end)
  await store.close()
  return copy
}

test('69. a damaged log is refused at a start, nothing is changed, and moved away the start goes on without it', async (t) => {
  const file = await killed(t, 20)
  const log = readFileSync(`${file}-wal`)
  log[HEADER + 5 * FRAME + 100]! ^= 4
  writeFileSync(`${file}-wal`, log)
  const database = readFileSync(file)
  await t.throwsAsync(openKeyvStore(file, now), {
    instanceOf: StorageError,
    message:
      /write-ahead log \S+-wal is damaged in frame 6,.* Nothing was changed\. Put a backup .* mv \S+-wal \S+-wal\.damaged$/,
  })
  t.deepEqual(readFileSync(file), database)
  t.deepEqual(readFileSync(`${file}-wal`), log)
  writeFileSync(`${file}-wal`, '')
  const store = await openKeyvStore(file, now)
  t.is(await store.get('code', '0'), undefined)
  await store.close()
})

test('69. a whole log is taken over at a start, and is empty from then on', async (t) => {
  const file = await killed(t, 20)
  const store = await openKeyvStore(file, now)
  t.is(readFileSync(`${file}-wal`).length, 0)
  for (let i = 0; i < 20; i++) t.truthy(await store.get('code', `${i}`))
  await store.close()
})
