import { link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Environment } from '../config/environment.ts'
import { explainFileError } from './explain-file-error.ts'
import { giveToOwnerOf } from './keep-owner.ts'
import { StorageError } from './storage-error.ts'
import { syncFolder } from './sync-folder.ts'

export type WholeFile = {
  path: string
  text: string | Uint8Array
  mode: number
  /** keep the file that is there, if any: of two processes the first one wins */
  ifAbsent?: boolean
  randomBytes: Environment['randomBytes']
}

const NO_HARD_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/**
 * Puts a file in place whole or not at all, whatever happens meanwhile, and never readable by more than `mode` allows.
 * Where root does that, the file is its folder's owner's, or stays that of who had it.
 * @throws StorageError
 */
export async function writeWholeFile({ path, text, mode, ifAbsent = false, randomBytes }: WholeFile): Promise<void> {
  // The name ends as the file's own does, so that what keeps `*.key` out of git keeps this one out too.
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}-${basename(path)}`)
  try {
    await writeSynced(temporary, text, mode)
    giveToOwnerOf(temporary, path)
    await (ifAbsent ? linkUnlessThere(temporary, path) : rename(temporary, path))
    await syncFolder(dirname(path))
  } catch (error) {
    throw new StorageError(explainFileError(error, path, 'written'), { cause: error })
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeSynced(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function linkUnlessThere(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'EEXIST') return
    // exFAT and some network file systems have no hard links; callers look at what is there afterwards.
    if (!NO_HARD_LINKS.includes(code)) throw error
    await rename(temporary, path)
  }
}
