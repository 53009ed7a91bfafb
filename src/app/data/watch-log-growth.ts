import { statSync } from 'node:fs'

/** Bytes of the write-ahead log up to which it is never taken for held. */
const HELD_BYTES = 16 * 1024 * 1024

/**
 * A program that reads the database for long keeps its log from being emptied, and then all that is deleted makes it
 * longer.
 * @param database its file. @returns whether the log is long and has grown since this was asked last.
 */
export function watchLogGrowth(database: string, heldBytes = HELD_BYTES): () => boolean {
  let before = 0
  return function grows() {
    const size = statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0
    const grew = size > heldBytes && size > before
    before = size
    return grew
  }
}
