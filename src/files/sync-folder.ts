import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Waits until what was made, renamed or deleted in a folder is on the disk. */
export function syncFolder(path: string): void {
  // Windows can't open a folder for this, and needs no such thing.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } catch (error) {
    // Node takes this from a process with --permission.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error
  } finally {
    closeSync(folder)
  }
}
