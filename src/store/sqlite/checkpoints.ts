import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** Bytes of the log that a commit may leave behind. Those of the time when a program read for long go at the next chance. */
const LOG_LIMIT_BYTES = 1024 * 1024
/** Bytes from which on a checkpoint isn't left to the commits, and waits a moment for whoever reads. */
const LARGE_BYTES = 4 * LOG_LIMIT_BYTES
/** Bytes from which on somebody should hear of it. */
const HELD_BYTES = 16 * LOG_LIMIT_BYTES
/** For those who read to be done: nothing else happens in this process meanwhile. */
const READERS_TIMEOUT_MS = 20

export interface Checkpoints {
  /** Empties the log where nothing was written lately, or it is large. @returns who should do something, and what. */
  tidy: () => string | undefined
  /** Empties the log if nobody stands in the way. @returns whether that was so. */
  empty: (timeoutMs?: number) => boolean
}

/**
 * The log has no protection against a bit that falls over, as the rows have, and what a program that reads for long keeps
 * from being copied makes it grow. So it is kept short.
 * @param database on which nothing waits for locks.
 */
export function openCheckpoints(database: DatabaseSync, file: string): Checkpoints {
  database.exec(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`)
  const total = database.prepare('SELECT total_changes() AS changes')
  const changesSoFar = () => (total.get() as { changes: number }).changes
  let changesBefore = changesSoFar()

  function empty(timeoutMs = 0): boolean {
    database.exec(`PRAGMA busy_timeout = ${timeoutMs}`)
    try {
      return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0
    } finally {
      database.exec('PRAGMA busy_timeout = 0')
    }
  }

  return {
    empty,
    tidy() {
      const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
      const changes = changesSoFar()
      const idle = changes === changesBefore
      changesBefore = changes
      if (size === 0 || (!idle && size < LARGE_BYTES)) return undefined
      if (empty(size < LARGE_BYTES ? 0 : READERS_TIMEOUT_MS) || size < HELD_BYTES) return undefined
      const megabytes = Math.round(size / 1_000_000)
      return `${file}-wal has grown to ${megabytes} MB, for another program has been reading the database all the while. See which:  fuser -v ${file}  and end it; the space comes back by itself`
    },
  }
}
