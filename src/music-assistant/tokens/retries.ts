import { LRUCache } from 'lru-cache'
import type { GatewayError } from '../../http/gateway-error.ts'

const FIRST_WAIT_MS = 5000
const LONGEST_WAIT_MS = 300_000
const MEMORY_ENTRIES = 10_000

/** What has failed lately, and is not to be tried again too soon. */
export interface Retries {
  /** Why it is not to be tried now; undefined where it may be. */
  problem: (key: string) => GatewayError | undefined
  /** @param waitMs before it is tried again; twice as long as the last time, if absent. */
  failed: (key: string, error: GatewayError, waitMs?: number) => void
  succeeded: (key: string) => void
}

/** @param monotonic milliseconds of a clock that only counts on. */
export function openRetries(monotonic: () => number): Retries {
  const failures = new LRUCache<string, { error: GatewayError; until: number; waited: number }>({ max: MEMORY_ENTRIES })
  return {
    problem(key) {
      const failure = failures.get(key)
      return failure && failure.until > monotonic() ? failure.error : undefined
    },
    failed(key, error, waitMs) {
      const before = failures.get(key)?.waited ?? FIRST_WAIT_MS / 2
      const waited = waitMs ?? Math.min(before * 2, LONGEST_WAIT_MS)
      failures.set(key, { error, until: monotonic() + waited, waited })
    },
    succeeded: (key) => void failures.delete(key),
  }
}
