import { closeSync, existsSync, linkSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { giveToFolderOwner } from '../../files/keep-owner.ts'
import { syncFolder } from '../../files/sync-folder.ts'
import { SCHEMA_VERSION } from '../migrations/migrations.ts'
import { refuseLost, setLogAside } from './refuse-lost.ts'
import { SCHEMA } from './schema.ts'

export interface CreationOptions {
  /** Files that aren't there before the database is: where one of them is and the database isn't, it was lost. */
  besides?: string[]
  /** Begins with an empty one, also where there was another. */
  anew?: boolean
}

/**
 * A database is there as a whole or not at all, so that an empty file is one that was damaged.
 * @throws StorageError where there was one that is gone.
 */
export async function createDatabaseUnlessThere(
  file: string,
  { besides = [], anew = false }: CreationOptions = {},
): Promise<void> {
  if (existsSync(file)) return
  if (anew) setLogAside(file)
  else refuseLost(file, besides)
  const draft = `${file}.${process.pid}`
  try {
    closeSync(openSync(draft, 'w', 0o600))
    // SQLite gives the files that it makes beside it to the same account.
    giveToFolderOwner(draft)
    const database = new DatabaseSync(draft)
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; ${SCHEMA.join('; ')}`)
    database.close()
    linkSync(draft, file)
    // What is made later must not be there without it after a power cut: it would look lost.
    await syncFolder(dirname(file))
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
