import { StorageError } from '../../files/storage-error.ts'
import type { Kind } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { Clock } from '../../store/watch-clock.ts'
import type { Logger } from '../../telemetry/log.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** Milliseconds between two looks at a store in which nothing was left to delete, or which failed. */
const INTERVAL_MS = 5000
/** Rows that go at once. Nothing else happens in this process meanwhile, so it has to be over in a millisecond or two. */
const BATCH_ROWS = 16
/** The pause between two batches: the least in milliseconds, and as a multiple of what the batch before took. */
const PAUSE_MS = 4
const PAUSE_RATIO = 3
/** Milliseconds to the next batch where what is deleted only makes a log longer that somebody holds. */
const HELD_MS = 60_000
/** Milliseconds after a jump, and after the start, in which somebody or NTP may find that the wall clock is wrong. */
const SETTLING_MS = 3_600_000

/**
 * What anybody can have written, and nobody misses: a clock that is wrong for a moment costs a lock-out, or a device that
 * waits. So these rows go from the start on, and nobody can pile them up in the hour after it.
 */
const UNMISSED: Kind[] = ['failures', 'user-code', 'device', 'unlock-code', 'ticket']

export interface MaintenanceOptions {
  sleep?: Sleep
  /** Milliseconds for which the wall clock has to have gone evenly before anything is deleted by it. */
  settling?: number
  /** Whether somebody holds the store's log, so that it grows by whatever is deleted. */
  isHeld?: () => boolean
}

/**
 * Deletes expired rows bit by bit until none is left, then looks again every few seconds, and so notices also without
 * any caller when a store that failed works again. While the wall clock may be wrong it deletes only what nobody would miss:
 * expired rows count as absent anyway, but a clock that was far ahead for a moment would have deleted every grant.
 * @returns stops it; resolves when the store is no longer in use.
 */
export function maintainStore(
  store: Store,
  clock: Clock,
  log: Logger,
  { sleep = sleepQuietly, settling = SETTLING_MS, isHeld = () => false }: MaintenanceOptions = {},
): () => Promise<void> {
  return repeat(sleep, INTERVAL_MS, async () => {
    const settled = clock.evenFor() >= settling && !clock.doubt()
    const pause = await purgeBatch(log, (limit) =>
      store.purgeExpired(clock.now(), limit, settled ? undefined : UNMISSED),
    )
    return isHeld() ? HELD_MS : pause
  })
}

/** @returns milliseconds until the next one. */
async function purgeBatch(log: Logger, purge: (limit: number) => Promise<number>): Promise<number> {
  const started = performance.now()
  try {
    const purged = await purge(BATCH_ROWS)
    return purged < BATCH_ROWS ? INTERVAL_MS : Math.max(PAUSE_MS, (performance.now() - started) * PAUSE_RATIO)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    log.error({ detail: error.message }, 'store failed')
    return INTERVAL_MS
  }
}
