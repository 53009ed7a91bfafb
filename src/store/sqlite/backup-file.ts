import { createHash } from 'node:crypto'
import { closeSync, openSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { SCHEMA_VERSION } from '../migrations/migrations.ts'
import { checkWhole } from './check-whole.ts'
import { readVersion } from './schema.ts'

/** A file that belongs to a database: its key, the configuration, a certificate. */
export interface BackedUpFile {
  /** The path, seen from the configuration's folder where it is below that. */
  name: string
  mode: number
  content: Uint8Array
}

/** What is in a backup, besides the rows. */
export interface BackupContents {
  /** Milliseconds since 1970. */
  madeAt: number
  files: BackedUpFile[]
}

/** SQLite's pages have no checksums, so a backup carries those of what is in it. */
const TABLES = {
  backup: 'CREATE TABLE backup (made_at INTEGER NOT NULL, rows_sha256 TEXT NOT NULL)',
  backup_file:
    'CREATE TABLE backup_file (name TEXT PRIMARY KEY, mode INTEGER NOT NULL, content BLOB NOT NULL, sha256 TEXT NOT NULL)',
}

/** Another process may write meanwhile: what is copied is what there was at one moment. */
const LOCK_TIMEOUT_MS = 10_000

/**
 * Makes a backup: a database of its own, with a whole copy of the rows and the files beside them.
 * @param into must not be there; it is readable by its owner only, at every moment.
 * @throws Error when the database is damaged, or the backup can't be written.
 */
export function writeBackupFile(database: string, into: string, { madeAt, files }: BackupContents): void {
  // SQLite fills an empty file that is there.
  closeSync(openSync(into, 'wx', 0o600))
  const source = new DatabaseSync(database, { readOnly: true, timeout: LOCK_TIMEOUT_MS })
  try {
    checkWhole(source, statSync(database).size)
    source.prepare('VACUUM INTO ?').run(into)
  } finally {
    source.close()
  }
  const backup = new DatabaseSync(into)
  try {
    backup.exec(`PRAGMA synchronous = FULL; BEGIN; ${Object.values(TABLES).join('; ')}`)
    backup.prepare('INSERT INTO backup VALUES (?, ?)').run(madeAt, digestOfRows(backup))
    const insert = backup.prepare('INSERT INTO backup_file VALUES (?, ?, ?, ?)')
    for (const { name, mode, content } of files) insert.run(name, mode, content, digestOf(content))
    backup.exec('COMMIT')
  } finally {
    backup.close()
  }
}

/**
 * Reads a backup, and checks all of it; nothing is written.
 * @throws Error when it is none, is damaged, or comes from a newer Skillgate.
 */
export function readBackupFile(file: string): BackupContents {
  const backup = new DatabaseSync(file, { readOnly: true })
  try {
    const tables = backup
      .prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('backup', 'backup_file')")
      .get()
    if (tables?.n !== 2) throw new Error('it is a database, but no backup that Skillgate made')
    checkWhole(backup, statSync(file).size)
    const version = readVersion(backup)
    if (version > SCHEMA_VERSION) {
      throw new Error(`a newer Skillgate made it (version ${version}; this one knows up to ${SCHEMA_VERSION})`)
    }
    checkTables(backup)
    const about = backup.prepare('SELECT made_at, rows_sha256 FROM backup').get()
    if (about?.rows_sha256 !== digestOfRows(backup)) throw new Error('it is damaged: its rows are not what was saved')
    const rows = backup.prepare('SELECT name, mode, content, sha256 FROM backup_file ORDER BY name').all()
    const files = rows.map(({ sha256, ...file }) => {
      if (sha256 !== digestOf(file.content as Uint8Array)) throw new Error(`it is damaged: ${file.name} in it`)
      return file as unknown as BackedUpFile
    })
    return { madeAt: about.made_at as number, files }
  } finally {
    backup.close()
  }
}

/** Takes out of a copy of a backup what isn't the database's, also from the pages that nothing uses any more. */
export function stripBackupFile(copy: string): void {
  const database = new DatabaseSync(copy)
  try {
    database.exec('PRAGMA synchronous = FULL; DROP TABLE backup; DROP TABLE backup_file; VACUUM')
  } finally {
    database.close()
  }
}

/** SQLite goes by what its schema says, in which a flipped bit may be a column of another name. */
function checkTables(backup: DatabaseSync): void {
  const schema = backup.prepare('SELECT name, tbl_name, sql FROM sqlite_schema').all()
  for (const [table, expected] of Object.entries(TABLES)) {
    const found = schema.some(({ name, tbl_name, sql }) => name === table && tbl_name === table && sql === expected)
    if (!found) throw new Error('it is damaged: its tables are not what they were')
  }
}

function digestOfRows(database: DatabaseSync): string {
  const hash = createHash('sha256')
  // Each field as JSON, so that nothing can move from one to the next.
  for (const row of database.prepare('SELECT key, value, namespace, expires FROM keyv ORDER BY key').iterate()) {
    hash.update(JSON.stringify(Object.values(row)))
  }
  return hash.digest('hex')
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
