import type { Environment } from '../config/environment.ts'
import type { Audit, AuditEvent, AuditEventName } from './audit.ts'

/** What anybody can make happen who has proven nothing, as often as they like. */
const UNPROVEN: ReadonlySet<AuditEventName> = new Set([
  'client_refused',
  'sign_in_failed',
  'locked_out',
  'link_opened',
  'link_refused',
  'denied',
  'token_refused',
])

/** Milliseconds. */
const WINDOW_MS = 10 * 60_000
/** How many of a kind are written within that time: from one block of addresses, and in all. */
const BLOCK_LIMIT = 5
const TOTAL_LIMIT = 50

/** Of one kind of event about one user, or about nobody who is there. */
interface Window {
  since: number
  written: number
  byBlock: Map<string, number>
  /** Since the last one that was written. */
  leftOut: number
}

/**
 * Keeps strangers from pushing everything else out of the audit trail: of what they can cause without end only some is
 * written, and the next one says how many were left out. What is about one user has its own limit, so that it can't be
 * drowned in what is about nobody.
 * @param blockOf whom an address counts for.
 */
export function limitAudit(
  audit: Audit,
  { now }: Pick<Environment, 'now'>,
  blockOf: (address: string) => string,
): Audit {
  const windows = new Map<string, Window>()

  return function limited(event) {
    if (!UNPROVEN.has(event.event)) {
      audit(event)
      return
    }
    const window = windowOf(event)
    const block = event.address === undefined ? '' : blockOf(event.address)
    const ofBlock = window.byBlock.get(block) ?? 0
    if (ofBlock >= BLOCK_LIMIT || window.written >= TOTAL_LIMIT) {
      window.leftOut++
      return
    }
    window.byBlock.set(block, ofBlock + 1)
    window.written++
    audit(window.leftOut === 0 ? event : { ...event, detail: saying(window.leftOut, event.detail) })
    window.leftOut = 0
  }

  /** There are only as many as there are users: the name of somebody who isn't there is never in an event. */
  function windowOf({ event, user = '' }: AuditEvent): Window {
    const key = `${event} ${user}`
    const at = now()
    const known = windows.get(key)
    // A clock that was set back makes no window endless.
    if (known && Math.abs(at - known.since) < WINDOW_MS) return known
    const window = { since: at, written: 0, byBlock: new Map(), leftOut: known?.leftOut ?? 0 }
    windows.set(key, window)
    return window
  }
}

/** First, for what is too long is cut at its end. */
function saying(leftOut: number, detail: string | undefined): string {
  const before = `${leftOut} more like this one were left out before it`
  return detail === undefined ? before : `${before}; ${detail}`
}
