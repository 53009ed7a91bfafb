import { closeSync, existsSync, linkSync, openSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { SCHEMA_VERSION } from '../migrations/migrations.ts'
import { SCHEMA } from './schema.ts'

/** A database is there as a whole or not at all, so that an empty file is one that was damaged. */
export function createDatabaseUnlessThere(file: string): void {
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
