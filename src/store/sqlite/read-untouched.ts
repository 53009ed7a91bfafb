import { DatabaseSync } from 'node:sqlite'
import { errorKind } from './error-kind.ts'

/** An interrupted transaction has to be undone first, which is writing. */
const READ_ONLY = 8

/**
 * Reads a database without changing it. Whoever may write copies its log into it when closing, and so what is about to be
 * refused would be another file afterwards.
 */
export function readUntouched<T>(file: string, timeout: number, read: (database: DatabaseSync) => T): T {
  try {
    return readWith(new DatabaseSync(file, { timeout, readOnly: true }), read)
  } catch (error) {
    if (errorKind(error) !== READ_ONLY) throw error
    return readWith(new DatabaseSync(file, { timeout }), read)
  }
}

function readWith<T>(database: DatabaseSync, read: (database: DatabaseSync) => T): T {
  try {
    return read(database)
  } finally {
    database.close()
  }
}
