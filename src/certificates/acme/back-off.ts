/** Between tries that fail, from the first pause to the longest. Milliseconds. */
const FIRST_MS = 60_000
const LONGEST_MS = 6 * 3_600_000
/** What a CA may ask for: some of its limits are counted by the week. */
const LONGEST_ASKED_MS = 7 * 86_400_000
/** A part of the pause, so that not all gateways come back at the same moment. */
const JITTER = 0.1

export interface BackOff {
  /** In a row, at least 1. */
  failures: number
  /** What the CA asks for (RFC 8555 section 6.6), if it does. */
  retryAfterMs?: number | undefined
  /** From 0 to under 1, by chance. */
  share: number
}

/** How long to wait before the next try: doubled each time, for as long as it takes. @returns milliseconds */
export function backOff({ failures, retryAfterMs = 0, share }: BackOff): number {
  // Beyond this the power would not be a number for long.
  const doublings = Math.min(failures - 1, 30)
  const own = Math.min(FIRST_MS * 2 ** doublings, LONGEST_MS)
  const asked = Math.min(retryAfterMs, LONGEST_ASKED_MS)
  return Math.round(Math.max(own, asked) * (1 + JITTER * share))
}
