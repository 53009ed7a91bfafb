import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDriver } from '@keyv/sqlite'
import { StorageError } from '../../files/storage-error.ts'
import { checkWhole } from './check-whole.ts'
import { createDatabaseUnlessThere } from './create-database.ts'
import { groupCommits } from './group-commit.ts'
import { type MigrationOptions, migrateDatabase } from './migrate-database.ts'

/** Until another process's lock has to be gone. Alexa waits 4,500 for a token. */
const LOCK_TIMEOUT_MS = 2000
/**
 * Pages in the write-ahead log before a commit copies them into the database. With a million grants SQLite's own 1,000
 * stop everything in this process for 10 to 20 ms: docs/decisions/storage.md.
 */
const CHECKPOINT_PAGES = 128

export interface SqliteOptions extends MigrationOptions {
  /** For how long a statement waits for another process's lock, if not 2,000. */
  lockTimeoutMs?: number
}

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
 * which would unlink everybody. One of an earlier version is migrated.
 * @throws StorageError when the file can't be opened, is damaged, or of a newer version; it is left as it is.
 */
export async function openSqlite(
  file: string,
  { lockTimeoutMs = LOCK_TIMEOUT_MS, ...migration }: SqliteOptions = {},
): Promise<SqliteConnection> {
  const database = await open(file, migration)
  const connection = groupCommits(database, lockTimeoutMs)
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

async function open(file: string, migration: MigrationOptions): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    createDatabaseUnlessThere(file)
    chmodSync(file, 0o600)
    if (statSync(file).size === 0) throw new Error('it is empty')
    await migrateDatabase(file, migration)
    database = new DatabaseSync(file, { timeout: LOCK_TIMEOUT_MS })
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    )
    checkWhole(database, statSync(file).size)
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (cause) {
    database?.close()
    // It says all that there is to say.
    if (cause instanceof StorageError) throw cause
    const why = (cause as Error).message
    throw new StorageError(
      `The database ${file} can't be opened: ${why}. Nothing was changed. If it is damaged, put a backup in its place; without one, move it away and link Alexa again.`,
      { cause },
    )
  }
}
