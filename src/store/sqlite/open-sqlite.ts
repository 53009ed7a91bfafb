import type { SQLInputValue } from 'node:sqlite'
import type { SqliteDriver } from '@keyv/sqlite'
import { StorageError } from '../../files/storage-error.ts'
import { openCheckpoints } from './checkpoints.ts'
import { explainSqliteError } from './explain-sqlite-error.ts'
import { groupCommits } from './group-commit.ts'
import { guardDatabase } from './guard-database.ts'
import { type OpeningOptions, openDatabase } from './open-database.ts'

/** Until another process's lock has to be gone. Alexa waits 4,500 for a token. */
const LOCK_TIMEOUT_MS = 2000

export interface SqliteOptions extends OpeningOptions {
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
  /** Keeps the log short, and saves what is in a database whose file is gone. @returns who should do something, and what. */
  maintain: () => string | undefined
}

/** Opens the database as `openDatabase` does. @throws StorageError */
export async function openSqlite(
  file: string,
  { lockTimeoutMs = LOCK_TIMEOUT_MS, ...opening }: SqliteOptions = {},
): Promise<SqliteConnection> {
  const database = await openDatabase(file, opening)
  const guard = guardDatabase(database, file)
  const checkpoints = openCheckpoints(database, file)
  const connection = groupCommits(database, lockTimeoutMs, guard.check)
  checkpoints.empty()
  let healthy = true

  function tell(cause: unknown): StorageError {
    // As soon as the file is back all is well again.
    if (!guard.isLost()) healthy = false
    return new StorageError(`The database ${file} can't be used: ${explainSqliteError(cause, file)}`, { cause })
  }

  function maintain(): string | undefined {
    try {
      guard.check()
    } catch {
      guard.rescue()
      guard.check()
    }
    if (guard.mended() > 0) {
      return `${file}-shm was cut off by another program, and mended. Find out which one it was: that can end Skillgate`
    }
    return checkpoints.tidy()
  }

  function close(): void {
    if (!database.isOpen) return
    try {
      guard.check()
      checkpoints.empty()
    } catch {
      if (guard.isLost()) guard.rescue()
    } finally {
      database.close()
      guard.close()
    }
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
            throw tell(cause)
          }
        },
        close: async () => {
          await connection.idle()
          close()
        },
      }),
    },
    dataVersion() {
      try {
        guard.check()
        // Its success says nothing of the rows.
        return (connection.run('PRAGMA data_version')[0] as { data_version: number }).data_version
      } catch (cause) {
        throw tell(cause)
      }
    },
    healthy: () => healthy && !guard.isLost(),
    maintain() {
      try {
        return maintain()
      } catch (cause) {
        throw tell(cause)
      }
    },
  }
}
