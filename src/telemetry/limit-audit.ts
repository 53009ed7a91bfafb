import type { Environment } from '../config/environment.ts'
import type { Audit, AuditEvent, AuditEventName } from './audit.ts'

/** How many of a kind are written within ten minutes. */
interface Limit {
  /** About whom, or what, they are counted together. */
  about: (event: AuditEvent) => string
  /** From one block of addresses. */
  block: number
  /** In all. */
  all: number
}

/** There are only as many as there are users: the name of somebody who isn't there is never in an event. */
const ofUser = ({ user = '' }: AuditEvent) => user
const ofUserAndClient = ({ user = '', client = '' }: AuditEvent) => `${user} ${client}`

/** What anybody can make happen who has proven nothing, as often as they like. */
const UNPROVEN: Limit = { about: ofUser, block: 5, all: 50 }
/** The same in an attempt to link: whoever tries again and again wants to see each attempt in `skillgate trace`. */
const LINKING: Limit = { about: ofUser, block: 15, all: 50 }
/** What a person or a client can do again and again who is who they say. */
const PROVEN: Limit = { about: ofUserAndClient, block: 20, all: 60 }
/** What ends a grant: after a restore it is asked for by its id, so none of a home's may be missing. */
const ENDING: Limit = { about: ofUserAndClient, block: 300, all: 300 }
/** What a client does all its life: the first ones of a link are told one by one. */
const ROUTINE: Limit = { about: ({ grant = '' }) => grant, block: 3, all: 3 }

/** What isn't here comes from whoever runs this, and is always written. */
const LIMITS: Partial<Record<AuditEventName, Limit>> = {
  client_refused: UNPROVEN,
  sign_in_failed: UNPROVEN,
  locked_out: UNPROVEN,
  link_opened: LINKING,
  link_refused: LINKING,
  client_document_read: LINKING,
  client_document_refused: LINKING,
  denied: LINKING,
  token_refused: LINKING,
  signed_in: PROVEN,
  signed_out: PROVEN,
  second_factor_asked: PROVEN,
  recovery_code_used: PROVEN,
  unlocked: PROVEN,
  consented: PROVEN,
  code_redeemed: PROVEN,
  code_reused: ENDING,
  first_call: PROVEN,
  tokens_issued: PROVEN,
  refresh_token_reused: ENDING,
  revoked: ENDING,
  // Each has an id of its own.
  client_registered: { ...PROVEN, about: ofUser },
  tokens_refreshed: ROUTINE,
  upstream_token_issued: PROVEN,
  upstream_token_renewed: PROVEN,
  upstream_token_refused: PROVEN,
  upstream_token_ended: PROVEN,
}

/** Milliseconds. */
const WINDOW_MS = 10 * 60_000

/** Of one kind of event about the same. */
interface Window {
  since: number
  written: number
  byBlock: Map<string, number>
  leftOut: number
  /** The latest one that was left out. */
  last?: AuditEvent
}

export interface LimitedAudit {
  audit: Audit
  /** Tells how many were left out, if there are any that nobody was told of. */
  settle: () => void
}

/**
 * Keeps anybody from pushing everything else out of the audit trail: of what somebody can cause without end only some is
 * written, and when the ten minutes are over one line says how many more there were. What is about one user has its own
 * limit, so that it can't be drowned in what is about nobody.
 * @param blockOf whom an address counts for.
 */
export function limitAudit(
  audit: Audit,
  { now }: Pick<Environment, 'now'>,
  blockOf: (address: string) => string,
): LimitedAudit {
  const windows = new Map<string, Window>()
  let timer: NodeJS.Timeout | undefined

  function settle(): void {
    clearTimeout(timer)
    timer = undefined
    for (const window of windows.values()) tellLeftOut(window)
    windows.clear()
  }

  function tellLeftOut({ leftOut, last, since }: Window): void {
    if (last === undefined) return
    const detail = `${leftOut} more like this one since ${new Date(since).toISOString()}`
    audit({ ...last, attempt: undefined, more: leftOut, detail })
  }

  function windowOf(key: string): Window {
    const at = now()
    const known = windows.get(key)
    // A clock that was set back makes no window endless.
    if (known && Math.abs(at - known.since) < WINDOW_MS) return known
    if (known) tellLeftOut(known)
    const window: Window = { since: at, written: 0, byBlock: new Map(), leftOut: 0 }
    windows.set(key, window)
    timer ??= setTimeout(settle, WINDOW_MS).unref()
    return window
  }

  return {
    settle,
    audit(event) {
      const limit = LIMITS[event.event]
      if (limit === undefined) {
        audit(event)
        return
      }
      const window = windowOf(`${event.event} ${limit.about(event)}`)
      const block = event.address === undefined ? '' : blockOf(event.address)
      const ofBlock = window.byBlock.get(block) ?? 0
      if (ofBlock >= limit.block || window.written >= limit.all) {
        window.leftOut++
        window.last = event
        return
      }
      window.byBlock.set(block, ofBlock + 1)
      window.written++
      audit(event)
    },
  }
}
