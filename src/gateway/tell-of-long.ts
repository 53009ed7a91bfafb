import type { RequestListener } from '../telemetry/request-record.ts'
import { type Every, everyInterval } from './every-interval.ts'
import type { Exchange } from './exchange.ts'

const INTERVAL_MS = 5000
/** What is answered by then is told at its end alone. */
const LONG_MS = 10_000

export interface TellOfLongOptions {
  /** All that are under way. */
  exchanges: () => Iterable<Exchange>
  onLong: RequestListener['onLong']
  /** Milliseconds of a clock that only counts on. */
  monotonic?: () => number
  every?: Every
}

/** Tells once of each stream that lasts: its end may be hours away. A WebSocket is told of as soon as it is open. */
export function tellOfLong({
  exchanges,
  onLong,
  monotonic = () => performance.now(),
  every = everyInterval,
}: TellOfLongOptions): { stop: () => void } {
  const told = new WeakSet<Exchange>()

  return every(INTERVAL_MS, () => {
    const at = monotonic()
    for (const exchange of exchanges()) {
      const { record } = exchange
      if (record.upgraded || at - record.startedMonotonic < LONG_MS || told.has(exchange)) continue
      told.add(exchange)
      onLong(record)
    }
  })
}
