import { closeSync, ftruncateSync, openSync, statSync } from 'node:fs'
import { StorageError } from '../../files/storage-error.ts'

export interface FileGuard {
  /**
   * Three looks at the disk, under 10 µs.
   * @throws StorageError when a file of the database isn't the one any more that was opened.
   */
  check: () => void
  /** How often the index of the log was cut off by somebody, and mended. */
  mended: () => number
  /** Only after the database was closed. */
  close: () => void
}

interface GuardedFile {
  path: string
  identity: string
}

/**
 * What is written into a file that was deleted is gone when the process ends, and nothing says so. With the log, and its
 * index, it is the same. So they are looked at before each use and after each commit.
 * @param file of a database that has been opened and read, so that all three are there.
 */
export function guardFiles(file: string): FileGuard {
  const index = `${file}-shm`
  const guarded: GuardedFile[] = [file, `${file}-wal`, index].flatMap((path) => {
    const identity = identityOf(path)
    return identity === undefined ? [] : [{ path, identity }]
  })
  let indexSize = 0
  let mended = 0
  /** To close it would end the locks that SQLite has on the same file in this process. */
  let mending: number | undefined

  function checkFile({ path, identity }: GuardedFile): void {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats) throw new StorageError(`${path} was deleted or moved away while it was in use`)
    if (`${stats.dev}:${stats.ino}` !== identity) throw new StorageError(`${path} was replaced while it was in use`)
    if (path !== index) return
    if (stats.size < indexSize) mendIndex()
    else indexSize = stats.size
  }

  /** It is mapped into memory, and to read beyond its end would kill the process. */
  function mendIndex(): void {
    mending ??= openSync(index, 'r+')
    // SQLite fills an empty one again from the log. A half empty one it would believe.
    ftruncateSync(mending, 0)
    ftruncateSync(mending, indexSize)
    mended++
  }

  return {
    check() {
      for (const one of guarded) checkFile(one)
    },
    mended: () => mended,
    close() {
      if (mending !== undefined) closeSync(mending)
      mending = undefined
    },
  }
}

function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
