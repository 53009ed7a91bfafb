import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { StorageError } from '../../files/storage-error.ts'
import { explainSqliteError } from './explain-sqlite-error.ts'
import { guardFiles } from './guard-files.ts'
import { rescuedCopy } from './refuse-lost.ts'
import { setCopyAside } from './set-copy-aside.ts'

export interface DatabaseGuard {
  /** @throws StorageError while the file isn't the one that was opened. */
  check: () => void
  /** Whether the last check found that. */
  isLost: () => boolean
  /** Saves what is in a database whose file is gone, once. @throws StorageError when there is no room for it. */
  rescue: () => void
  /** How often the index of the log was cut off by somebody, and mended, since the last time that this was asked. */
  mended: () => number
  /** Only after the database was closed. */
  close: () => void
}

/** A connection goes on working when its file is gone: what it writes then nobody ever finds again, and it says nothing. */
export function guardDatabase(database: DatabaseSync, file: string): DatabaseGuard {
  const files = guardFiles(file)
  let told = 0
  let lost: Error | undefined
  let saved: string | undefined

  function check(): void {
    try {
      files.check()
      lost = undefined
    } catch (cause) {
      lost = cause as Error
      throw new StorageError(`${lost.message}. ${whatToDo()}`, { cause })
    }
  }

  function whatToDo(): string {
    const now = 'Nothing is read or written until it is back, or Skillgate was restarted.'
    if (saved === undefined)
      return `${now} What was in it is saved in a few seconds, if there is room; the log says where.`
    return `${now} What was in it is saved as ${saved}. Stop Skillgate, put that in its place, or the right one, and start it:  mv ${saved} ${file}`
  }

  function rescue(): void {
    if (saved !== undefined) return
    try {
      const copy = freeName(rescuedCopy(file))
      setCopyAside(database, copy)
      saved = copy
    } catch (cause) {
      throw new StorageError(
        `${lost?.message}, and what was in it can't be saved: ${explainSqliteError(cause, file)}. Make room, and don't stop Skillgate before: it is tried again every few seconds.`,
        { cause },
      )
    }
  }

  return {
    check,
    rescue,
    isLost: () => lost !== undefined,
    close: files.close,
    mended() {
      const since = files.mended() - told
      told += since
      return since
    },
  }
}

/** What was saved at an earlier time stays. */
function freeName(first: string): string {
  let name = first
  for (let number = 2; existsSync(name); number++) name = `${first}-${number}`
  return name
}
