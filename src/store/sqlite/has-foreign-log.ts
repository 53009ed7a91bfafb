import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { checkWhole } from './check-whole.ts'

/**
 * Whether a database that is damaged is whole without the log beside it. Then that is another one's: somebody has put a
 * database in the place of one that was killed, and SQLite reads the log of the old one into the new one.
 */
export function hasForeignLog(file: string): boolean {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
  if (!log || log.size === 0) return false
  const alone = pathToFileURL(file)
  // SQLite looks at no log then. @see https://sqlite.org/uri.html
  alone.search = '?immutable=1'
  try {
    const database = new DatabaseSync(alone, { readOnly: true })
    try {
      checkWhole(database, statSync(file).size)
      return true
    } finally {
      database.close()
    }
  } catch {
    return false
  }
}
