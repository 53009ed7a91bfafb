import { existsSync } from 'node:fs'
import { link, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import { giveToFolderOwner } from '../../files/keep-owner.ts'
import { StorageError } from '../../files/storage-error.ts'
import { encryptFile } from '../../secrets/encrypt-file.ts'
import { writeBackupFile } from '../../store/sqlite/backup-file.ts'
import { filesToBackUp } from './files-to-back-up.ts'
import { databaseFile } from './open-store.ts'

export interface BackupOptions {
  /** Nobody can read it without this, if given. */
  passphrase?: string
}

/**
 * Puts all that Skillgate knows into one new file, whole or not at all, also while it runs.
 * @returns the names of the files that are in it beside the database.
 * @throws StorageError
 */
export async function backUp(
  config: Config,
  configFile: string,
  into: string,
  environment: Environment,
  { passphrase }: BackupOptions = {},
): Promise<string[]> {
  const database = databaseFile(config)
  if (existsSync(into)) throw new StorageError(`${into} is there already: give the backup another name.`)
  if (!existsSync(database)) throw new StorageError(`There is nothing to back up yet: ${database} isn't there.`)
  const draft = join(dirname(into), `.${environment.randomBytes(8).toString('hex')}.part`)
  try {
    const files = await Promise.all(filesToBackUp(config, configFile).map(readWithMode))
    writeBackupFile(database, draft, { madeAt: environment.now(), files })
    if (passphrase === undefined) await linkNew(draft, into)
    else {
      await encryptFile(draft, `${draft}.encrypted`, passphrase, environment)
      await linkNew(`${draft}.encrypted`, into)
    }
    giveToFolderOwner(into)
    return files.map(({ name }) => name)
  } catch (cause) {
    const why = (cause as Error).message
    throw new StorageError(`The backup ${into} was not made: ${why}. Nothing is there under this name.`, { cause })
  } finally {
    for (const path of [draft, `${draft}-journal`, `${draft}.encrypted`]) await rm(path, { force: true })
  }
}

async function readWithMode({ name, path }: { name: string; path: string }) {
  const [{ mode }, content] = await Promise.all([stat(path), readFile(path)])
  return { name, mode: mode & 0o777, content }
}

/** Never in place of what somebody else has put there meanwhile; a USB stick (exFAT) has no hard links. */
async function linkNew(draft: string, into: string): Promise<void> {
  try {
    await link(draft, into)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    await rename(draft, into)
  }
}
