import { open } from 'node:fs/promises'

/** Waits until what was made, renamed or deleted in a folder is on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder for this, and needs no such thing.
  if (process.platform === 'win32') return
  // Not `fsyncSync`, which Node's permissions take away altogether.
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
