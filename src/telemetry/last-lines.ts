import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** How far a file has been read. */
export interface ReadSoFar {
  /** None where there was no file. */
  inode: number | undefined
  /** In bytes; whole lines end there. */
  size: number
}

/** In bytes. */
const BLOCK_BYTES = 65_536

/**
 * The last lines of a file that may be large: it's read from its end on. What is not a whole line yet is left out.
 * @returns none where there is no file. @throws what the file system throws.
 */
export function readLastLines(file: string, most: number): { lines: string[]; end: ReadSoFar } {
  const handle = openIfThere(file)
  if (handle === undefined) return { lines: [], end: { inode: undefined, size: 0 } }
  try {
    const { ino: inode, size } = fstatSync(handle)
    let tail = Buffer.alloc(0)
    let start = size
    while (start > 0 && countLines(tail) <= most) {
      const length = Math.min(BLOCK_BYTES, start)
      start -= length
      const block = Buffer.alloc(length)
      const read = readSync(handle, block, 0, length, start)
      tail = Buffer.concat([block.subarray(0, read), tail])
    }
    const whole = tail.lastIndexOf(0x0a) + 1
    const lines = tail.subarray(0, whole).toString().split('\n').slice(0, -1)
    return { lines: lines.slice(-most), end: { inode, size: start + whole } }
  } finally {
    closeSync(handle)
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++
  return count
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
