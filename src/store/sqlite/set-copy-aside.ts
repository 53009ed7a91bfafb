import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { giveToFolderOwner } from '../../files/keep-owner.ts'

/**
 * Puts a copy of the database there, whole or not at all, readable by its owner only. One that is there already goes.
 * @param database on which nobody else writes meanwhile.
 * @throws Error when there is no room for it, or it can't be written.
 */
export async function setCopyAside(database: DatabaseSync, copy: string): Promise<void> {
  const draft = `${copy}.part`
  try {
    // Of one who was killed meanwhile.
    rmSync(draft, { force: true })
    // SQLite fills an empty file that is there, and so nobody else can read it at any moment.
    closeSync(openSync(draft, 'wx', 0o600))
    giveToFolderOwner(draft)
    database.prepare('VACUUM INTO ?').run(draft)
    await sync(draft)
    renameSync(draft, copy)
    // Windows can't open a folder for this, and needs no such thing.
    if (process.platform !== 'win32') await sync(dirname(copy))
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Not `fsyncSync`, which Node's permissions take away altogether. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
