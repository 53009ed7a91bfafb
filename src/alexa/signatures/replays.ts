import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { TOLERANCE_MS } from './check-timestamp.ts'

/** No home is spoken to so often; only what Amazon has signed for us gets in here. */
const REMEMBERED = 10_000
/** A request that is from the future as far as it may be is good for so long. */
const REMEMBERED_MS = 2 * TOLERANCE_MS

/** Notes a signed request. @returns whether it is the first time. */
export type NoteSigned = (signature: Uint8Array) => boolean

/**
 * Remembers what was let in for as long as its time would let it in again. The same bytes have the same signature, and
 * nobody but Amazon can make another one for them. @param now milliseconds of a clock that only counts on.
 */
export function openReplays(now: () => number): NoteSigned {
  const seen = new LRUCache<string, true>({ max: REMEMBERED, ttl: REMEMBERED_MS, ttlResolution: 0, perf: { now } })
  return function noteSigned(signature) {
    const id = createHash('sha256').update(signature).digest('base64url')
    if (seen.has(id)) return false
    seen.set(id, true)
    return true
  }
}
