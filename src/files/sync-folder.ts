import { open } from 'node:fs/promises'

/** Waits until what was made, renamed or deleted in a folder is on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder for this, and needs no such thing.
  if (process.platform !== 'win32') await syncFile(path)
}

/** Waits until what is in a file is on the disk. */
export async function syncFile(path: string): Promise<void> {
  // Not `fsyncSync`, which Node's permissions take away altogether.
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
