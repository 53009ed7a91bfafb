import { StorageError } from '../../files/storage-error.ts'
import { lapseUnused } from '../../oauth/clients/registered/lapse-unused.ts'
import type { Store } from '../../store/store.ts'
import type { Clock } from '../../store/watch-clock.ts'
import type { Logger } from '../../telemetry/log.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** Milliseconds between two looks, which cost nothing in a house where no client registered without a token. */
const INTERVAL_MS = 3_600_000

/**
 * Lets go, in the end, of clients that registered without a token and that nobody allows anything any more, whatever has ended
 * that. While the clock may be wrong nothing is dated.
 * @returns stops it; resolves when the last look is over.
 */
export function lapseClients(
  { store, clock, log }: { store: Store; clock: Pick<Clock, 'now' | 'doubt'>; log: Logger },
  sleep: Sleep = sleepQuietly,
): () => Promise<void> {
  return repeat(sleep, INTERVAL_MS, async () => {
    try {
      if (!clock.doubt()) await lapseUnused(store, clock.now)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      log.error({ detail: error.message }, 'store failed')
    }
    return INTERVAL_MS
  })
}
