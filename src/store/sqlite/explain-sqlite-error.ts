import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { explainFileError } from '../../files/explain-file-error.ts'
import { DamageError } from './damage-error.ts'
import { errorKind } from './error-kind.ts'
import { isLocked } from './is-locked.ts'

const [GENERIC, IO_ERROR, MALFORMED, FULL, NO_DATABASE] = [1, 10, 11, 13, 26]

/** Whether this says that what is in the file isn't what was written. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamageError) return true
  const kind = errorKind(error)
  // A header of no format that SQLite knows has no number of its own.
  if (kind === GENERIC) return (error as Error).message === 'unsupported file format'
  return kind === MALFORMED || kind === NO_DATABASE
}

/** What went wrong with the database, in words that say what to do where that is known. No permission is called damage. */
export function explainSqliteError(error: unknown, file: string): string {
  const { code = '', message, path } = error as NodeJS.ErrnoException
  const kind = errorKind(error)
  if (kind === undefined) return /^E[A-Z0-9]+$/.test(code) ? explainFileError(error, path ?? file, 'opened') : message
  if (isDamage(error)) return message
  if (isLocked(error)) return `${message}: another program holds it. See which:  fuser -v ${file}`
  if (kind === FULL) return explainFileError({ code: 'ENOSPC' }, file, 'written')
  // SQLite says neither which file it is about nor why.
  const found = probe(file)
  if (found !== undefined) return `${message}: ${found}`
  return kind === IO_ERROR ? explainFileError({ code: 'EIO' }, file, 'written') : message
}

/**
 * Looks at each of its files without opening it: to close it again would end the locks that SQLite has on it.
 * @returns what stands in the way.
 */
function probe(file: string): string | undefined {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    const obstacle = attempt(() => {
      const stats = statSync(path, { throwIfNoEntry: path === file })
      if (stats) accessSync(path, constants.R_OK | constants.W_OK)
      if (stats?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    })
    if (obstacle !== undefined) return explainFileError(obstacle, path, 'opened')
  }
  const folder = dirname(file)
  const unopened = attempt(() => closeSync(openSync(folder, 'r')))
  return unopened === undefined ? undefined : explainFileError(unopened, folder, 'opened')
}

function attempt(what: () => void): unknown {
  try {
    what()
    return undefined
  } catch (error) {
    return error
  }
}
