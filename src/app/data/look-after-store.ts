import { StorageError } from '../../files/storage-error.ts'
import type { Store } from '../../store/store.ts'
import type { Logger } from '../../telemetry/log.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** Milliseconds between two looks. */
const INTERVAL_MS = 5000

/**
 * Has the store do what it has to do from time to time, and tells what somebody should look at: once, until it is
 * something else.
 * @returns stops it; resolves when the store is no longer in use.
 */
export function lookAfterStore(
  store: Pick<Store, 'maintain'>,
  log: Pick<Logger, 'warn' | 'error' | 'info'>,
  sleep: Sleep = sleepQuietly,
): () => Promise<void> {
  let told: string | undefined

  function look(): void {
    try {
      const advice = store.maintain()
      if (advice !== undefined && advice !== told) log.warn({ detail: advice }, 'look after the database')
      else if (advice === undefined && told !== undefined) log.info('the database is well again')
      told = advice
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      if (error.message !== told) log.error({ detail: error.message }, 'store failed')
      told = error.message
    }
  }

  return repeat(sleep, INTERVAL_MS, () => {
    look()
    return INTERVAL_MS
  })
}
