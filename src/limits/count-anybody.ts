import type { Store } from '../store/store.ts'
import { countByAddress } from './count-by-address.ts'
import { type Counted, countFailure, type Wait } from './count-failures.ts'

/** How often something may happen that anybody can bring about. */
export interface AnybodysLimits {
  /** From one address or IPv6 /64; from the networks around that, as of `countByAddress`. */
  address: number
  /** From everywhere. */
  all: number
  /** So many of these are kept for networks from which none has come lately: nobody uses up those of a home. */
  keptForOthers: number
  /** As of a `Counter`. */
  forMs?: number
}

/**
 * Counts it by where it came from, and then with all others. One that is refused counts for its address as well.
 * @param what is counted, such as `device`. @param address undefined where it isn't known: then they all share what isn't
 * kept for others.
 */
export async function countAnybody(
  store: Store,
  now: () => number,
  what: string,
  address: string | undefined,
  { address: ofOne, all, keptForOthers, forMs }: AnybodysLimits,
): Promise<Counted | Wait> {
  const ofAddress = address === undefined ? undefined : await countByAddress(store, now, what, address, ofOne, forMs)
  if (ofAddress?.kind === 'wait') return ofAddress
  const isFirst = ofAddress?.earlierAround === 0
  return countFailure(store, now, `${what}-all`, isFirst ? all : all - keptForOthers, forMs)
}
