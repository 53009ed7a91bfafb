import type { Environment } from '../config/environment.ts'
import type { AuditEvent, AuditEventName } from './audit.ts'

/** An hour: so many of a kind about the same user and client are kept for long. */
const KEPT = 10

/** Where it is another number. What isn't here is what somebody may want to know after years: who got in, and what was done. */
const OTHERWISE: Partial<Record<AuditEventName, number>> = {
  // What ends a grant is asked for by its id when a backup is restored.
  revoked: 100,
  code_reused: 100,
  refresh_token_reused: 100,
  // Strangers can cause it.
  locked_out: 2,
  // Routine, and what came to nothing.
  tokens_refreshed: 0,
  signed_out: 0,
  second_factor_asked: 0,
  client_refused: 0,
  sign_in_failed: 0,
  link_opened: 0,
  link_refused: 0,
  client_document_read: 0,
  client_document_refused: 0,
  denied: 0,
  token_refused: 0,
}

const HOUR_MS = 3_600_000

/**
 * Chooses the events that are kept apart, where nothing else pushes them out. Of each kind about one user and client so few
 * an hour that filling ten megabytes with them takes months.
 */
export function chooseImportant({ now }: Pick<Environment, 'now'>): (event: AuditEvent) => boolean {
  let since = Number.NEGATIVE_INFINITY
  let kept = new Map<string, number>()

  return function isImportant({ event, user = '', client = '' }) {
    const limit = OTHERWISE[event] ?? KEPT
    if (limit === 0) return false
    const at = now()
    // A clock that was set back makes no hour endless.
    if (Math.abs(at - since) >= HOUR_MS) {
      since = at
      kept = new Map()
    }
    // Of those each has a client of its own, whoever it is.
    const key = event === 'client_registered' ? event : `${event} ${user} ${client}`
    const count = kept.get(key) ?? 0
    kept.set(key, count + 1)
    return count < limit
  }
}
