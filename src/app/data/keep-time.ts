import { StorageError } from '../../files/storage-error.ts'
import type { Store } from '../../store/store.ts'
import type { Clock } from '../../store/watch-clock.ts'
import type { Logger } from '../../telemetry/log.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** Milliseconds between two looks at the clock. */
const INTERVAL_MS = 60_000
/** So often it is written down that the clock is believed: seldom, for the sake of SD cards. In looks. */
const NOTED_EVERY = 10
/** Milliseconds for which the clock has to go evenly before what it dated wrongly is dated anew. */
const SETTLING_MS = 3_600_000

export interface TimeKeeping {
  store: Pick<Store, 'put'>
  clock: Clock
  log: Logger
  /** Dates anew what was dated by a clock that was ahead. @returns how many rows that were. */
  redate: () => Promise<number>
  sleep?: Sleep
}

/**
 * Writes down until when the clock was believed, for the next start to compare with; says when it no longer is; and after
 * each jump, once it is believed again, has dated anew what it dated wrongly.
 * @returns stops it; resolves when the store is no longer in use.
 */
export function keepTime({ store, clock, log, redate, sleep = sleepQuietly }: TimeKeeping): () => Promise<void> {
  let wasInDoubt = false
  let isRedated = false
  let evenBefore = 0
  let looks = 0

  async function look(): Promise<void> {
    const doubt = clock.doubt()
    if (doubt && !wasInDoubt)
      log.warn({ detail: `${doubt.detail}. Check the clock of this machine.` }, 'clock in doubt')
    if (!doubt && wasInDoubt) log.info('clock believed again')
    wasInDoubt = doubt !== undefined

    const even = clock.evenFor()
    if (even < evenBefore) isRedated = false
    evenBefore = even
    if (doubt) return
    if (looks++ % NOTED_EVERY === 0) await note()
    if (isRedated || even < SETTLING_MS) return
    const rows = await redate()
    isRedated = true
    if (rows > 0) log.warn({ detail: `${rows} rows were dated by a clock that was ahead` }, 'clock corrected')
  }

  function note(): Promise<void> {
    return store.put('clock', 'seen', { seenAt: clock.now() })
  }

  const stop = repeat(sleep, INTERVAL_MS, async () => {
    await look().catch(unlessStoreFails)
    return INTERVAL_MS
  })
  return async () => {
    await stop()
    if (!clock.doubt()) await note().catch(unlessStoreFails)
  }
}

/** Whoever needs the store next says so. */
function unlessStoreFails(error: unknown): void {
  if (!(error instanceof StorageError)) throw error
}
