import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { numberedAuditFile, olderAuditFiles } from './audit-files.ts'

/**
 * Gives a full file a number of its own, and deletes the oldest of those that have one.
 *
 * Two processes may do that in the same moment. With one fixed name the slower one could put the new, nearly empty file
 * over the full one that the faster one has just set aside. So each claims a number that nobody has: then the worst that
 * can happen is that a small file is set aside too. A process that ends halfway leaves an empty file, which does no harm.
 * Nothing waits for a lock.
 * @param inode which file was found full.
 * @param kept bytes of the past that are not deleted; two full files, for that small one may be younger than one of them.
 */
export function setAuditFileAside(file: string, inode: number, kept: number): void {
  const number = (olderAuditFiles(file)[0]?.number ?? 0) + 1
  const aside = numberedAuditFile(file, number)
  if (!claim(aside)) return
  try {
    if (statSync(file).ino !== inode) throw new AnotherWasFaster()
    renameSync(file, aside)
  } catch (error) {
    rmSync(aside, { force: true })
    if (error instanceof AnotherWasFaster || isMissing(error)) return
    throw error
  }
  // Another one was faster between the two: then this is the new file, which must not be the first to be deleted.
  if (statSync(aside).ino !== inode) renameToLatest(file, aside)
  deleteOldest(file, kept)
}

function renameToLatest(file: string, aside: string): void {
  const latest = numberedAuditFile(file, (olderAuditFiles(file)[0]?.number ?? 0) + 1)
  if (claim(latest)) renameSync(aside, latest)
}

class AnotherWasFaster extends Error {}

/** @returns false when another process has it. */
function claim(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function deleteOldest(file: string, kept: number): void {
  let younger = 0
  for (const { path } of olderAuditFiles(file)) {
    if (younger >= kept) rmSync(path, { force: true })
    else younger += sizeOf(path)
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
