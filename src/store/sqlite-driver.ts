import { chmodSync, closeSync, existsSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDriver } from '@keyv/sqlite'
import { groupCommits } from './group-commit.ts'
import { StorageError } from './store.ts'

/** Milliseconds that a statement waits for another process's lock. Alexa waits 4,500 for a token. */
const PATIENCE = 2000
/**
 * Pages in the write-ahead log before a commit copies them into the database. With a million grants SQLite's own 1,000
 * stop everything in this process for 10 to 20 ms, these for 2 to 3, and a commit costs about the same on average.
 */
const CHECKPOINT = 128

/** Of the records, for a later release that keeps them in another form. */
const SCHEMA_VERSION = 1

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
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    createUnlessThere(file)
    chmodSync(file, 0o600)
    if (statSync(file).size === 0) throw new Error('it is empty')
    const database = new DatabaseSync(file, { timeout: PATIENCE })
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT}`)
    const found = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    if (found.quick_check !== 'ok') throw new Error(`it is damaged (${found.quick_check})`)
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (cause) {
    const why = (cause as Error).message
    throw new StorageError(
      `The database ${file} can't be opened: ${why}. Nothing was changed. If it is damaged, put a backup in its place; without one, move it away and link Alexa again.`,
      { cause },
    )
  }
}

/** A database is there as a whole or not at all, so that an empty file is one that was damaged. */
function createUnlessThere(file: string): void {
  if (existsSync(file)) return
  const draft = `${file}.${process.pid}`
  try {
    closeSync(openSync(draft, 'w', 0o600))
    const database = new DatabaseSync(draft)
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    database.close()
    linkSync(draft, file)
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
