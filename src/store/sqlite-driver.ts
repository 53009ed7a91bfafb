import { chmodSync, closeSync, existsSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDriver } from '@keyv/sqlite'
import { StorageError } from '../files/storage-error.ts'
import { groupCommits } from './group-commit.ts'

/** Milliseconds that a statement waits for another process's lock. Alexa waits 4,500 for a token. */
const PATIENCE = 2000
/**
 * Pages in the write-ahead log before a commit copies them into the database. With a million grants SQLite's own 1,000
 * stop everything in this process for 10 to 20 ms: docs/decisions/storage.md.
 */
const CHECKPOINT = 128

/** Of the records, for a later release that keeps them in another form. */
const SCHEMA_VERSION = 1
/** Exactly what the adapter would create. A database without it has lost it. */
const SCHEMA = [
  `CREATE TABLE "keyv"(key VARCHAR(255) NOT NULL, value TEXT, namespace VARCHAR(255) NOT NULL DEFAULT '', expires BIGINT DEFAULT NULL, UNIQUE(key, namespace))`,
  `CREATE INDEX "keyv_expires_idx" ON "keyv" (expires) WHERE expires IS NOT NULL`,
]

/** Bytes up to which each row is compared with its entries in the indexes at every start: 0.7 s for 100,000 grants. */
const COMPARED = 128 * 1024 * 1024

export interface SqliteConnection {
  /** For `KeyvSqlite`, whose own driver prepares each statement anew and leaves durability to the build of SQLite. */
  driver: SqliteDriver
  /** Differs from the last one if another connection has committed since. */
  dataVersion: () => number
  /** Whether the last query succeeded. */
  healthy: () => boolean
}

/**
 * Opens the database file, making it readable by its owner only, and checks it: a damaged file reads as missing rows,
 * which would unlink everybody.
 * @param patience milliseconds that a statement waits for another process's lock.
 * @throws StorageError when the file can't be opened or is damaged; it is left as it is.
 */
export function openSqlite(file: string, patience = PATIENCE): SqliteConnection {
  const database = open(file)
  const connection = groupCommits(database, patience)
  let healthy = true

  function failed(cause: unknown): StorageError {
    healthy = false
    return new StorageError(`The database ${file} can't be used: ${(cause as Error).message}`, { cause })
  }

  return {
    driver: {
      name: 'custom',
      connect: async () => ({
        async query(sql, ...parameters) {
          try {
            const rows = await connection.query(sql, parameters as SQLInputValue[])
            healthy = true
            return rows
          } catch (cause) {
            throw failed(cause)
          }
        },
        close: async () => {
          await connection.idle()
          if (database.isOpen) database.close()
        },
      }),
    },
    dataVersion() {
      try {
        // Its success says nothing of the rows.
        return (connection.run('PRAGMA data_version')[0] as { data_version: number }).data_version
      } catch (cause) {
        throw failed(cause)
      }
    },
    healthy: () => healthy,
  }
}

function open(file: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    createUnlessThere(file)
    chmodSync(file, 0o600)
    if (statSync(file).size === 0) throw new Error('it is empty')
    database = new DatabaseSync(file, { timeout: PATIENCE })
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT}`)
    checkWhole(database, statSync(file).size)
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (cause) {
    database?.close()
    const why = (cause as Error).message
    throw new StorageError(
      `The database ${file} can't be opened: ${why}. Nothing was changed. If it is damaged, put a backup in its place; without one, move it away and link Alexa again.`,
      { cause },
    )
  }
}

/** @throws Error when any page, index or table isn't what it should be. What is in a row is checked when it is read. */
function checkWhole(database: DatabaseSync, size: number): void {
  const [found] = Object.values(
    database.prepare(size <= COMPARED ? 'PRAGMA integrity_check(1)' : 'PRAGMA quick_check(1)').get() ?? {},
  )
  if (found !== 'ok') throw new Error(`it is damaged (${found})`)
  const { version } = database.prepare('SELECT user_version AS version FROM pragma_user_version').get() as {
    version: number
  }
  if (version !== SCHEMA_VERSION) throw new Error(`it is damaged, or of another release (version ${version})`)
  const schema = database.prepare('SELECT name, sql FROM sqlite_schema').all() as { name: string; sql: string | null }[]
  for (const expected of SCHEMA) {
    const found = schema.some(({ name, sql }) => sql === expected && expected.includes(`"${name}"`))
    if (!found) throw new Error('it is damaged (its table is missing)')
  }
}

/** A database is there as a whole or not at all, so that an empty file is one that was damaged. */
function createUnlessThere(file: string): void {
  if (existsSync(file)) return
  const draft = `${file}.${process.pid}`
  try {
    closeSync(openSync(draft, 'w', 0o600))
    const database = new DatabaseSync(draft)
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; ${SCHEMA.join('; ')}`)
    database.close()
    linkSync(draft, file)
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
