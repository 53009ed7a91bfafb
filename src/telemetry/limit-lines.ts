import type { Environment } from '../config/environment.ts'

const HOUR_MS = 3_600_000

/** How many lines there may be, in a short time and in a long one. */
export interface LineLimits {
  linesInWindow: number
  windowMs: number
  linesInHour: number
}

export interface LineLimit {
  /** Whether one more gets its line. */
  take: () => boolean
  /** Tells how many were left out, if there are any that nobody was told of. */
  settle: () => void
}

/**
 * Lets only so many lines be written in a window, and so many in an hour.
 * @param sayLeftOut is told of all that were left out in a window, when it has passed.
 */
export function limitLines(
  { now }: Pick<Environment, 'now'>,
  sayLeftOut: (count: number) => void,
  { linesInWindow, windowMs, linesInHour }: LineLimits,
): LineLimit {
  const window = { since: Number.NEGATIVE_INFINITY, lines: 0 }
  const hour = { since: Number.NEGATIVE_INFINITY, lines: 0 }
  let leftOut = 0
  let timer: NodeJS.Timeout | undefined

  function settle(): void {
    clearTimeout(timer)
    timer = undefined
    const count = leftOut
    leftOut = 0
    if (count > 0) sayLeftOut(count)
  }

  return {
    settle,
    take() {
      const at = now()
      if (begins(window, at, windowMs)) settle()
      begins(hour, at, HOUR_MS)
      if (window.lines < linesInWindow && hour.lines < linesInHour) {
        window.lines++
        hour.lines++
        return true
      }
      leftOut++
      timer ??= setTimeout(settle, windowMs).unref()
      return false
    },
  }
}

/** Begins anew what is over. A clock that was set back makes nothing endless. */
function begins(span: { since: number; lines: number }, at: number, lasts: number): boolean {
  if (Math.abs(at - span.since) < lasts) return false
  span.since = at
  span.lines = 0
  return true
}
