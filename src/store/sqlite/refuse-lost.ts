import { existsSync, readdirSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StorageError } from '../../files/storage-error.ts'

/** What follows the database's own name in those of files that never were before it. */
const OWN_SIGN = /^(-wal|-shm|\.v\d+-backup|\.rescued(-\d+)?)$/
/** Folders of a restore that broke off. */
const BEFORE_RESTORE = /^(before-restore|restoring)-/

/** What the database was saved as when it was lost while it was in use. */
export function rescuedCopy(file: string): string {
  return `${file}.rescued`
}

/**
 * Refuses to begin with an empty database where there was another one: everybody would be unlinked without a word.
 * @param besides files that aren't there before the database is.
 * @throws StorageError
 */
export function refuseLost(file: string, besides: string[]): void {
  const signs = signsOf(file, besides)
  // Looked at again, for of two processes that begin at once the other may just have made it.
  if (signs.length === 0 || existsSync(file)) return
  const rescued = rescuedCopy(file)
  const back = signs.includes(rescued) ? `what was in it when it was lost:  mv ${rescued} ${file}` : 'a backup'
  throw new StorageError(
    `The database ${file} is gone, and there was one: ${signs.join(', ')} ${signs.length === 1 ? 'is' : 'are'} still there. Nothing was changed. Put back ${back}. To begin anew on purpose, with nobody who may sign in and nothing linked:  npx skillgate start --new-database`,
  )
}

/** A log of the lost database would be taken for the new one's. */
export function setLogAside(file: string): void {
  for (const end of ['-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, `${file}.lost${end}`)
}

function signsOf(file: string, besides: string[]): string[] {
  const beside = basename(file)
  const ownSign = (name: string) =>
    BEFORE_RESTORE.test(name) || (name.startsWith(beside) && OWN_SIGN.test(name.slice(beside.length)))
  const own = readdirSync(dirname(file)).filter(ownSign)
  return [...besides.filter((one) => existsSync(one)), ...own.map((name) => join(dirname(file), name))]
}
