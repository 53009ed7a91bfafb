import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { openAlone } from './migrate-database.ts'

const SQLITE_MAGIC = 'SQLite format 3\0'

/** Whether another process has the database open. One that is damaged nobody has. */
export function isOpenElsewhere(file: string): boolean {
  // Beside what it takes for an empty database SQLite would delete the log, which may be all that is left.
  if (!existsSync(file) || !beginsLikeDatabase(file)) return false
  try {
    const database = openAlone(file)
    database?.close()
    return database === undefined
  } catch {
    return false
  }
}

function beginsLikeDatabase(file: string): boolean {
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(SQLITE_MAGIC.length)
    readSync(handle, head, 0, head.length, 0)
    return head.toString('latin1') === SQLITE_MAGIC
  } finally {
    closeSync(handle)
  }
}
