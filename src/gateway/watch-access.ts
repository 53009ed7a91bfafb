import { StorageError } from '../files/storage-error.ts'
import { stillHolds } from './access/access.ts'
import { type Every, everyInterval } from './every-interval.ts'
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
  every?: Every
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
  /** What was too young to be looked at when something had changed. */
  let later = new Set<Exchange>()
  let busy = false

  async function endWhatIsGone(): Promise<void> {
    const now = { site: current(), generation: generation(), at: monotonic() }
    const isDue = !seen || now.at - seen.at >= WITHOUT_CHANGE_MS
    const changed = isDue || seen?.site !== now.site || seen.generation !== now.generation
    if (!changed && later.size === 0) return
    // A copy, for they come and go while this waits.
    const due = [...exchanges()].filter((exchange) => changed || later.has(exchange))
    const young = new Set<Exchange>()
    for (const exchange of due) {
      if (isYoung(exchange, now.at)) young.add(exchange)
      else if (!(await stillAllowed(exchange, now.site))) end(exchange)
    }
    later = young
    if (changed) seen = now
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

/** About to end by itself; or still being decided about, maybe by what was true before. */
function isYoung({ allowed, record }: Exchange, at: number): boolean {
  return !allowed || (!record.upgraded && at - record.startedMonotonic < LONG_MS)
}

/** Whether it would still be let in, and led to the same place. */
async function stillAllowed(exchange: Exchange, site: Site): Promise<boolean> {
  const { record, method, host, allowed } = exchange
  if (!allowed) return true
  let destination: ReturnType<typeof matchRoute>
  try {
    destination = matchRoute(site.routes, host ?? '', method, record.path)
  } catch {
    return false
  }
  if (destination.kind !== 'upstream' || destination.upstream.name !== record.upstream) return false
  if (record.upgraded && !destination.websocket) return false
  return stillHolds(destination.access, allowed, exchange, site)
}

function end({ record, answer, upgrade }: Exchange): void {
  record.ending = 'access ended'
  if (upgrade?.end) upgrade.end('access ended')
  else if (upgrade) upgrade.socket.destroy()
  else answer.cut()
}
