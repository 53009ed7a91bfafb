import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { giveToFolderOwner } from '../../files/keep-owner.ts'

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
    // Windows can't open a folder for this, and needs no such thing.
    if (process.platform !== 'win32') sync(dirname(copy))
  } finally {
    rmSync(draft, { force: true })
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
