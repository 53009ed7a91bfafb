import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { giveToFolderOwner } from '../../files/keep-owner.ts'
import { readVersion } from './schema.ts'

/**
 * Puts a copy of the database there, whole or not at all, readable by its owner only. One that is there already goes.
 * @param database on which nobody else writes meanwhile.
 * @throws Error when there is no room for it, or it can't be written.
 */
export function setCopyAside(database: DatabaseSync, copy: string): void {
  const draft = `${copy}.part`
  try {
    // Of one who was killed meanwhile.
    rmSync(draft, { force: true })
    // SQLite fills an empty file that is there, and so nobody else can read it at any moment.
    closeSync(openSync(draft, 'wx', 0o600))
    giveToFolderOwner(draft)
    database.prepare('VACUUM INTO ?').run(draft)
    sync(draft)
    renameSync(draft, copy)
    sync(copy)
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Has SQLite wait until a database, and its name in the folder, are on the disk, as after any change. `fsyncSync` is taken
 * from a process with --permission.
 */
function sync(file: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec(`PRAGMA synchronous = EXTRA; PRAGMA user_version = ${readVersion(database)}`)
  } finally {
    database.close()
  }
}
