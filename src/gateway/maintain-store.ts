import { StorageError, type Store } from '../store/store.ts'
import type { Logger } from '../telemetry/log.ts'

/** Milliseconds between two looks at the store. */
const INTERVAL = 5000
/** Rows that go at once; a few thousand hold nobody up. */
const BATCH = 1000

/**
 * Deletes expired rows bit by bit, and so notices also without any caller when a store that failed works again.
 * @returns stops it.
 */
export function maintainStore(store: Store, now: () => number, log: Logger): () => Promise<void> {
  const timer = setInterval(async () => {
    try {
      await store.purgeExpired(now(), BATCH)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      log.error({ detail: error.message }, 'store failed')
    }
  }, INTERVAL)
  timer.unref()
  return async () => clearInterval(timer)
}
