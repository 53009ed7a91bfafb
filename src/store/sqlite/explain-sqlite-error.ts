import { closeSync, existsSync, openSync } from 'node:fs'
import { explainFileError } from '../../files/explain-file-error.ts'
import { DamageError } from './damage-error.ts'
import { isLocked } from './is-locked.ts'

/** SQLite's own numbers, of which the lower eight bits say what kind it is. @see https://sqlite.org/rescode.html */
const [IO_ERROR, MALFORMED, FULL, NO_DATABASE] = [10, 11, 13, 26]

/** Whether this says that what is in the file isn't what was written. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamageError) return true
  const { errcode } = error as { errcode?: number }
  return errcode !== undefined && [MALFORMED, NO_DATABASE].includes(errcode % 256)
}

/** What went wrong with the database, in words that say what to do where that is known. No permission is called damage. */
export function explainSqliteError(error: unknown, file: string): string {
  const { code = '', message, errcode, path } = error as NodeJS.ErrnoException & { errcode?: number }
  if (errcode === undefined)
    return /^E[A-Z0-9]+$/.test(code) ? explainFileError(error, path ?? file, 'opened') : message
  if (isDamage(error)) return message
  if (isLocked(error)) return `${message}: another program holds it. See which:  fuser -v ${file}`
  if (errcode % 256 === FULL) return explainFileError({ code: 'ENOSPC' }, file, 'written')
  // SQLite says neither which file it is about nor why.
  const found = probe(file)
  if (found !== undefined) return `${message}: ${found}`
  return errcode % 256 === IO_ERROR ? explainFileError({ code: 'EIO' }, file, 'written') : message
}

/** Opens each of its files as SQLite does. @returns what stands in the way. */
function probe(file: string): string | undefined {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    if (path !== file && !existsSync(path)) continue
    try {
      closeSync(openSync(path, 'r+'))
    } catch (error) {
      return explainFileError(error, path, 'opened')
    }
  }
  return undefined
}
