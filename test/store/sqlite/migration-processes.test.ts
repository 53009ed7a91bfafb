import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { readDatabase, writeVersion1 } from '../fixtures/v1.ts'

const PROGRAM = fileURLToPath(new URL('migrate-process.ts', import.meta.url))
const SESSIONS = 1200

/** A database of version 1 with more sessions than a migration has in memory at once; in `DELETE` as one put back is. */
function writeOld(t: ExecutionContext, journal: 'WAL' | 'DELETE' = 'WAL') {
  const folder = temporaryFolder(t)
  const file = join(folder, 'skillgate.db')
  const value = { revision: 1, userName: 'ada', userId: 'u1', epoch: 0, createdAt: 1, lastUsedAt: 1 }
  const rows = Array.from({ length: SESSIONS }, (_, i) => ({ kind: 'session', id: `${i}`, value }))
  writeVersion1(file, rows, journal)
  return { folder, file, copy: `${file}.v1-backup`, before: readDatabase(file) }
}

function start(t: ExecutionContext, ...words: string[]): { child: ChildProcess; ended: Promise<string> } {
  const child = spawn(process.execPath, [PROGRAM, ...words])
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { child, ended: once(child, 'close').then(([code, signal]) => `${output}${signal ?? code}`) }
}

async function checkMigratesNow(t: ExecutionContext, file: string, what: string) {
  const store = await openKeyvStore(file, () => 0)
  t.is((await store.get('session', `${SESSIONS - 1}`))?.state, 'signed-in', what)
  await store.close()
  const { version, rows } = readDatabase(file)
  t.is(version, 2, what)
  t.is(rows.filter(({ value }) => value.includes('"state":"signed-in"')).length, SESSIONS, what)
}

for (const [step, count, journal = 'WAL'] of [
  ['alone', 1],
  ['copied', 1],
  ['begun', 1],
  ['row', 1],
  ['row', 501],
  ['row', SESSIONS],
  ['migrated', 1],
  ['row', 501, 'DELETE'],
  ['migrated', 1, 'DELETE'],
] as const) {
  test(`a kill -9 at step ${step} ${count} of a migration leaves the old file good (${journal})`, async (t) => {
    const { file, copy, before } = writeOld(t, journal)
    t.is(await start(t, file, step, `${count}`).ended, 'SIGKILL')
    t.deepEqual(readDatabase(file), before)
    t.is(existsSync(copy), step !== 'alone')
    if (step !== 'alone') t.deepEqual(readDatabase(copy), before)
    await checkMigratesNow(t, file, step)
  })
}

test('a kill -9 as soon as the migration is committed leaves the new file good', async (t) => {
  const { file, copy, before } = writeOld(t)
  t.is(await start(t, file, 'committed').ended, 'SIGKILL')
  t.is(readDatabase(file).version, 2)
  t.deepEqual(readDatabase(copy), before)
  await checkMigratesNow(t, file, 'committed')
})

test('what a kill in the middle of copying has left is no copy, and goes', async (t) => {
  const { folder, file, copy, before } = writeOld(t)
  writeFileSync(`${copy}.part`, 'half a copy')
  await checkMigratesNow(t, file, 'a part')
  t.deepEqual(readDatabase(copy), before)
  t.deepEqual(readdirSync(folder).sort(), ['skillgate.db', 'skillgate.db.v1-backup'])
})

test('of several processes that start at the same moment one migrates, and all find it done', async (t) => {
  const { file, copy, before } = writeOld(t)
  const outcomes = await Promise.all(Array.from({ length: 3 }, () => start(t, file).ended))
  t.deepEqual(outcomes.sort(), ['migrated\nopened\n0', 'opened\n0', 'opened\n0'])
  t.deepEqual(readDatabase(copy), before)
  await checkMigratesNow(t, file, 'three processes')
})
