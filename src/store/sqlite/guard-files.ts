import { statSync, truncateSync } from 'node:fs'
import { StorageError } from '../../files/storage-error.ts'

export interface FileGuard {
  /**
   * Three looks at the disk, 5 µs.
   * @throws StorageError when a file of the database isn't the one any more that was opened.
   */
  check: () => void
  /** How often the index of the log was cut off by somebody, and mended. */
  mended: () => number
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
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats ? [{ path, identity: `${stats.dev}:${stats.ino}` }] : []
  })
  let indexSize = 0
  let mended = 0

  function checkFile({ path, identity }: GuardedFile): void {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats) throw new StorageError(`${path} was deleted or moved away while it was in use`)
    if (`${stats.dev}:${stats.ino}` !== identity) throw new StorageError(`${path} was replaced while it was in use`)
    if (path !== index) return
    // It is mapped into memory, and to read beyond its end would kill the process.
    if (stats.size < indexSize) {
      // SQLite fills an empty one again from the log. A half empty one it would believe.
      truncateSync(path, 0)
      truncateSync(path, indexSize)
      mended++
    } else indexSize = stats.size
  }

  return {
    check() {
      for (const one of guarded) checkFile(one)
    },
    mended: () => mended,
  }
}
