import type { Environment } from '../config/environment.ts'
import type { RequestRecord } from './request-record.ts'

/** Milliseconds. */
const WINDOW_MS = 10_000
/** How many lines strangers may cause within that time. */
const LINES_IN_WINDOW = 200

export interface RefusalLimit {
  /** Whether this request gets its line. */
  isLogged: (record: RequestRecord) => boolean
  /** Tells how many were left out, if there are any that nobody was told of. */
  settle: () => void
}

/**
 * Keeps strangers from filling the disk and pushing everything else out of sight: of the requests that were refused,
 * or never came to their end, only so many get a line. What somebody did who is known always has one.
 * @param sayLeftOut is told of all that were left out in a window, when it has passed.
 */
export function limitRefusals(
  { now }: Pick<Environment, 'now'>,
  sayLeftOut: (count: number) => void,
  { linesInWindow = LINES_IN_WINDOW, windowMs = WINDOW_MS } = {},
): RefusalLimit {
  let since = Number.NEGATIVE_INFINITY
  let logged = 0
  let leftOut = 0
  let timer: NodeJS.Timeout | undefined

  function settle(): void {
    clearTimeout(timer)
    timer = undefined
    const count = leftOut
    leftOut = 0
    if (count > 0) sayLeftOut(count)
  }

  function isLogged(record: RequestRecord): boolean {
    if (!mayBeAnybodys(record)) return true
    const at = now()
    // A clock that was set back makes no window endless.
    if (Math.abs(at - since) >= windowMs) {
      settle()
      since = at
      logged = 0
    }
    if (logged < linesInWindow) {
      logged++
      return true
    }
    leftOut++
    timer ??= setTimeout(settle, windowMs).unref()
    return false
  }

  return { isLogged, settle }
}

function mayBeAnybodys({ user, client, grant, ending, status = 0 }: RequestRecord): boolean {
  if (user !== undefined || client !== undefined || grant !== undefined) return false
  return ending === 'refused' || ending === 'client left' || ending === 'timed out' || status >= 400 || status === 0
}
