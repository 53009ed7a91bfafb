import { setTimeout as wait } from 'node:timers/promises'
import { StorageError, type Store } from '../store/store.ts'
import type { Logger } from '../telemetry/log.ts'

/** Milliseconds between two looks at a store in which nothing was left to delete, or which failed. */
const INTERVAL = 5000
/** Rows that go at once. Nothing else happens in this process meanwhile, so it has to be over in a millisecond or two. */
const BATCH = 16
/** The pause between two batches: the least in milliseconds, and as a multiple of what the batch before took. */
const PAUSE = 4
const PAUSE_RATIO = 3

/** Resolves after so many milliseconds, rejects when it is told to end sooner. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>

/**
 * Deletes expired rows bit by bit until none is left, then looks again every few seconds, and so notices also without
 * any caller when a store that failed works again.
 * @returns stops it; resolves when the store is no longer in use.
 */
export function maintainStore(store: Store, now: () => number, log: Logger, sleep = sleepQuietly): () => Promise<void> {
  const stopping = new AbortController()

  async function maintain(): Promise<void> {
    let pause = INTERVAL
    for (;;) {
      try {
        await sleep(pause, stopping.signal)
      } catch {
        return
      }
      pause = await purgeBatch(store, now(), log)
    }
  }

  const maintenance = maintain()
  return async () => {
    stopping.abort()
    await maintenance
  }
}

/** @returns milliseconds until the next one. */
async function purgeBatch(store: Store, now: number, log: Logger): Promise<number> {
  const started = performance.now()
  try {
    const purged = await store.purgeExpired(now, BATCH)
    return purged < BATCH ? INTERVAL : Math.max(PAUSE, (performance.now() - started) * PAUSE_RATIO)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    log.error({ detail: error.message }, 'store failed')
    return INTERVAL
  }
}

/** Keeps no process running. */
function sleepQuietly(milliseconds: number, signal: AbortSignal): Promise<void> {
  return wait(milliseconds, undefined, { signal, ref: false })
}
