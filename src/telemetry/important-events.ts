import type { Environment } from '../config/environment.ts'
import type { AuditEvent, AuditEventName } from './audit.ts'

/** An hour: so many of a kind about the same user and client are kept for long. */
const OF_SOMEBODY = 10
/** The same of what ends a grant, which is asked for by its id when a backup is restored. */
const OF_ENDINGS = 100
/** The same of what strangers can cause. */
const OF_STRANGERS = 2

/** What somebody may want to know after years: who got in, what was allowed and ended, and what was done about it. */
const IMPORTANT: Partial<Record<AuditEventName, number>> = {
  started: OF_SOMEBODY,
  stopped: OF_SOMEBODY,
  reloaded: OF_SOMEBODY,
  signed_in: OF_SOMEBODY,
  locked_out: OF_STRANGERS,
  unlocked: OF_SOMEBODY,
  consented: OF_SOMEBODY,
  code_redeemed: OF_SOMEBODY,
  code_reused: OF_ENDINGS,
  first_call: OF_SOMEBODY,
  tokens_issued: OF_SOMEBODY,
  refresh_token_reused: OF_ENDINGS,
  revoked: OF_ENDINGS,
  client_registered: OF_SOMEBODY,
  client_secret_renewed: OF_SOMEBODY,
  user_added: OF_SOMEBODY,
  user_removed: OF_SOMEBODY,
  user_disabled: OF_SOMEBODY,
  user_enabled: OF_SOMEBODY,
  password_changed: OF_SOMEBODY,
  totp_changed: OF_SOMEBODY,
  recovery_code_used: OF_SOMEBODY,
  backed_up: OF_SOMEBODY,
  restored: OF_SOMEBODY,
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
    const limit = IMPORTANT[event]
    if (limit === undefined) return false
    const at = now()
    // A clock that was set back makes no hour endless.
    if (Math.abs(at - since) >= HOUR_MS) {
      since = at
      kept = new Map()
    }
    const key = `${event} ${user} ${client}`
    const count = kept.get(key) ?? 0
    kept.set(key, count + 1)
    return count < limit
  }
}
