import { StorageError } from '../files/storage-error.ts'
import { stillHolds } from './access/access.ts'
import type { Exchange } from './exchange.ts'
import { matchRoute } from './routes/match-route.ts'
import type { Site } from './site.ts'

/** So soon a stream or a WebSocket ends once what let it in is gone. */
const INTERVAL_MS = 1000
/** What is younger is about to end by itself. */
const LONG_MS = 1000
/** Also without any change it is looked at so often: a grant may end by its time. */
const WITHOUT_CHANGE_MS = 3_600_000

export interface WatchAccessOptions {
  /** All that are under way. */
  exchanges: () => Iterable<Exchange>
  current: () => Site
  /** Differs when something may have been revoked. @throws StorageError when nobody can tell. */
  generation: () => number
  /** Milliseconds of a clock that only counts on. */
  monotonic?: () => number
  /** Calls this again and again until it is stopped. */
  every?: (intervalMs: number, run: () => void) => { stop: () => void }
}

/**
 * Ends streams and WebSockets whose grant, client, user or route is gone: they outlive their access token's hour and the
 * configuration that let them in. While nothing changes they cost no look-up.
 */
export function watchAccess({
  exchanges,
  current,
  generation,
  monotonic = () => performance.now(),
  every = everyInterval,
}: WatchAccessOptions): { stop: () => void } {
  let seen: { site: Site; generation: number; at: number } | undefined
  let busy = false

  async function endWhatIsGone(): Promise<void> {
    const now = { site: current(), generation: generation(), at: monotonic() }
    const changed = seen?.site !== now.site || seen.generation !== now.generation
    if (!changed && now.at - (seen?.at ?? 0) < WITHOUT_CHANGE_MS) return
    let skipped = false
    for (const exchange of exchanges()) {
      if (!exchange.allowed) continue
      if (!exchange.record.upgraded && now.at - exchange.record.startedMonotonic < LONG_MS) skipped = true
      else if (!(await stillAllowed(exchange, now.site))) end(exchange)
    }
    // What was too young is looked at the next time.
    seen = skipped ? undefined : now
  }

  return every(INTERVAL_MS, () => {
    if (busy) return
    busy = true
    endWhatIsGone()
      .catch((error) => {
        // When nobody can tell, nobody is cut off.
        if (!(error instanceof StorageError)) throw error
      })
      .finally(() => {
        busy = false
      })
  })
}

/** Whether it would still be let in, and led to the same place. */
async function stillAllowed({ record, method, host, allowed }: Exchange, site: Site): Promise<boolean> {
  if (!allowed) return true
  let destination: ReturnType<typeof matchRoute>
  try {
    destination = matchRoute(site.routes, host ?? '', method, record.path)
  } catch {
    return false
  }
  if (destination.kind !== 'upstream' || destination.upstream.name !== record.upstream) return false
  if (record.upgraded && !destination.websocket) return false
  return stillHolds(destination.access, allowed, site)
}

function end({ record, answer, upgrade }: Exchange): void {
  record.ending = 'access ended'
  if (upgrade) upgrade.socket.destroy()
  else answer.cut()
}

function everyInterval(intervalMs: number, run: () => void): { stop: () => void } {
  const timer = setInterval(run, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
