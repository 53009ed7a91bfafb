import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { closeToOthers } from '../../files/close-to-others.ts'
import { makeFolder } from '../../files/keep-owner.ts'
import { StorageError } from '../../files/storage-error.ts'
import { checkLog } from './check-log.ts'
import { checkWhole } from './check-whole.ts'
import { type CreationOptions, createDatabaseUnlessThere } from './create-database.ts'
import { DamageError } from './damage-error.ts'
import { explainSqliteError, isDamage } from './explain-sqlite-error.ts'
import { hasForeignLog } from './has-foreign-log.ts'
import { type MigrationOptions, migrateDatabase } from './migrate-database.ts'
import { readUntouched } from './read-untouched.ts'

/** Until another process's lock has to be gone. */
const LOCK_TIMEOUT_MS = 2000
/**
 * Pages in the write-ahead log before a commit copies them into the database. With a million grants SQLite's own 1,000
 * stop everything in this process for 10 to 20 ms: docs/decisions/storage.md.
 */
const CHECKPOINT_PAGES = 128

export interface OpeningOptions extends MigrationOptions, CreationOptions {
  /** Is told of a file that was open to other accounts, and isn't any more. */
  onClosed?: (what: string) => void
}

/**
 * Opens the database file, making it readable by its owner only, and checks it: a damaged file reads as missing rows,
 * which would unlink everybody. One of an earlier version is migrated.
 * @throws StorageError when the file can't be opened, is damaged, gone, or of a newer version; it is left as it is.
 */
export async function openDatabase(file: string, options: OpeningOptions): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined
  try {
    makeFolder(dirname(file))
    await createDatabaseUnlessThere(file, options)
    for (const end of ['', '-wal', '-shm']) closeFile(file + end, options)
    if (statSync(file).size === 0) throw new DamageError('it is empty')
    await checkLog(file)
    await migrateDatabase(file, options)
    readUntouched(file, LOCK_TIMEOUT_MS, (untouched) => checkWhole(untouched, statSync(file).size))
    database = new DatabaseSync(file, { timeout: LOCK_TIMEOUT_MS })
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    )
    // Its log, and the index of that, are there from the first look on.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (cause) {
    database?.close()
    // It says all that there is to say.
    if (cause instanceof StorageError) throw cause
    throw new StorageError(whyNotOpened(file, cause), { cause })
  }
}

function closeFile(path: string, { onClosed }: OpeningOptions): void {
  const closed = closeToOthers(path)
  if (closed !== undefined) onClosed?.(closed)
}

function whyNotOpened(file: string, cause: unknown): string {
  const why = `The database ${file} can't be opened: ${explainSqliteError(cause, file)}`
  if (!isDamage(cause)) return `${why}${why.endsWith('.') ? '' : '.'} Nothing was changed.`
  if (hasForeignLog(file)) {
    return `The database ${file} can't be opened: the log beside it, ${file}-wal, is another one's; somebody has put this database in its place, and left the log. Nothing was changed. Move the log away, and start again:  mv ${file}-wal ${file}-wal.other  (next time "npx skillgate restore" does all that.)`
  }
  return `${why}. Nothing was changed. Put a backup in its place, and move ${file}-wal and ${file}-shm away, where they are there: they belong to the damaged one. Without a backup, move that away too, begin anew with "npx skillgate start --new-database", and link Alexa again.`
}
