import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { explainSqliteError, isDamage } from '../../../src/store/sqlite/explain-sqlite-error.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { folderForAll, mayBecomeAnother, NOBODY, runAs } from '../../support/other-account.ts'

const MODULE = new URL('../../../src/store/sqlite/explain-sqlite-error.ts', import.meta.url)

const error = (errcode: number, message: string) =>
  Object.assign(new Error(message), { errcode, code: 'ERR_SQLITE_ERROR' })

test('68. only what is damaged is called damage', (t) => {
  for (const errcode of [11, 26, 11 + 256]) t.true(isDamage(error(errcode, 'x')), `${errcode}`)
  for (const errcode of [3, 5, 8, 10, 13, 14, 23, 776]) t.false(isDamage(error(errcode, 'x')), `${errcode}`)
  t.false(isDamage(Object.assign(new Error('x'), { code: 'EACCES' })))
  t.false(isDamage(new TypeError('x')))
})

test('68. SQLite’s own words are followed by what is to be done', (t) => {
  const file = join(temporaryFolder(t), 'skillgate.db')
  writeFileSync(file, '')
  for (const [errcode, expected] of [
    [13, /^\S+skillgate\.db can't be written \(ENOSPC\): there is no room\. .*df -h/],
    [10, /^\S+skillgate\.db can't be written \(EIO\): the disk itself reports an error\. "dmesg/],
    [5, /^words: another program holds it\. See which: {2}fuser -v \S+skillgate\.db$/],
    [8, /^words$/],
    [1, /^words$/],
  ] as const) {
    t.regex(explainSqliteError(error(errcode, 'words'), file), expected)
  }
})

test('68. which of its files it is about, and why, is found where SQLite says neither', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'skillgate.db')
  t.regex(explainSqliteError(error(14, 'words'), file), /^words: \S+skillgate\.db can't be opened \(ENOENT\)/)
  writeFileSync(file, '')
  t.is(explainSqliteError(error(14, 'words'), file), 'words')
  mkdirSync(`${file}-shm`)
  t.regex(explainSqliteError(error(14, 'words'), file), /^words: \S+-shm can't be opened \(EISDIR\): it is a folder/)
})

test('68. a database that belongs to another account is told so by whatever SQLite says', async (t) => {
  if (!mayBecomeAnother(t)) return
  const file = join(folderForAll(t), 'skillgate.db')
  writeFileSync(file, '', { mode: 0o600 })
  chmodSync(file, 0o600)
  const said = await runAs(
    NOBODY,
    [`import { explainSqliteError } from '${MODULE}'`],
    `for (const errcode of [8, 10, 14]) {
      console.log(explainSqliteError(Object.assign(new Error('words'), { errcode }), ${JSON.stringify(file)}))
    }`,
  )
  t.is(
    said.match(/^words: \S+\.db can't be opened \(EACCES\): \S+\.db belongs to root .* sudo chown nobody/gm)?.length,
    3,
  )
})

test('69. to look what is wrong ends no lock that SQLite has in the same process', (t) => {
  const file = join(temporaryFolder(t), 'skillgate.db')
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (id); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)')
  explainSqliteError(error(14, 'words'), file)
  const [command, ...words] = [process.execPath, '--input-type=module', '--eval']
  const text = `import { DatabaseSync } from 'node:sqlite'
    const other = new DatabaseSync(${JSON.stringify(file)}, { timeout: 0 })
    try { other.exec('BEGIN IMMEDIATE'); console.log('got in') } catch (error) { console.log(error.message) }`
  t.is(execFileSync(command, [...words, text], { encoding: 'utf8' }), 'database is locked\n')
  database.close()
})
