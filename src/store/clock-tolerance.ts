/** So far apart may the clock have been when something was written. */
const CLOCK_TOLERANCE_MS = 300_000

/** Whether something that was written at `since` is of the future: then the clock has been wrong, and nobody knows its age. */
export function isOfTheFuture(since: number, now: number): boolean {
  return since - now > CLOCK_TOLERANCE_MS
}

/** Whether it is at most `window` since then. All in milliseconds. */
export function isWithin(window: number, since: number, now: number): boolean {
  return now - since <= window && !isOfTheFuture(since, now)
}
