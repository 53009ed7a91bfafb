import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { ReadSoFar } from './last-lines.ts'

/** Milliseconds between two looks: what tells of changes doesn't do so on every file system. */
const INTERVAL_MS = 250
/** In bytes, of one read. */
const BLOCK_BYTES = 65_536

/**
 * Tells each line that is added to a file, also after it was moved away and begun anew, or emptied.
 * @param from where to go on.
 * @returns what ends it.
 */
export function followLines(
  file: string,
  from: ReadSoFar,
  tell: (line: string) => void,
  { intervalMs = INTERVAL_MS }: { intervalMs?: number } = {},
): () => void {
  let current = open()
  let { size } = from
  /** A line that is not whole yet. */
  let begun = Buffer.alloc(0)
  if (current?.inode !== from.inode) startOver()
  const timer = setInterval(look, intervalMs)
  look()

  function look(): void {
    if (current) readOn(current.handle)
    if (current !== undefined && inodeOf(file) === current.inode) return
    // What was still written into the one that was moved away, while nobody looked, has been read just before.
    if (current) {
      readOn(current.handle)
      closeSync(current.handle)
    }
    current = open()
    startOver()
    if (current) readOn(current.handle)
  }

  function startOver(): void {
    size = 0
    begun = Buffer.alloc(0)
  }

  function readOn(handle: number): void {
    if (fstatSync(handle).size < size) startOver()
    const block = Buffer.alloc(BLOCK_BYTES)
    for (let read = readSync(handle, block, 0, BLOCK_BYTES, size); read > 0; ) {
      size += read
      begun = Buffer.concat([begun, block.subarray(0, read)])
      const whole = begun.lastIndexOf(0x0a) + 1
      for (const line of begun.subarray(0, whole).toString().split('\n').slice(0, -1)) tell(line)
      begun = begun.subarray(whole)
      read = readSync(handle, block, 0, BLOCK_BYTES, size)
    }
  }

  function open(): { handle: number; inode: number } | undefined {
    try {
      const handle = openSync(file, 'r')
      return { handle, inode: fstatSync(handle).ino }
    } catch {
      return undefined
    }
  }

  return function stop() {
    clearInterval(timer)
    if (current) closeSync(current.handle)
    current = undefined
  }
}

function inodeOf(file: string): number | undefined {
  try {
    return statSync(file).ino
  } catch {
    return undefined
  }
}
