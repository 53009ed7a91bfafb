import type { UpstreamTokenRecord } from '../../store/records.ts'

/** What is to be done about a token: nothing, clear away what was left over, get another one, or end it for good. */
export type Step = 'keep' | 'tidy' | 'renew' | 'end'

/** A year's token is renewed after 292 days: then there are ten weeks in which it may fail. */
const RENEWED_AFTER = 0.8
/** Whoever redeems a code in its last moment is still about to write down the grant. Milliseconds. */
const PENDING_MARGIN_MS = 60_000

export interface Circumstances {
  /** Whether its grant is there, with its person. One that has expired is there until it is purged, by a clock that is believed. */
  granted: boolean
  /** Milliseconds since 1970. */
  now: number
  /** Whether the wall clock is in doubt. */
  inDoubt: boolean
}

export function nextStep(row: UpstreamTokenRecord, { granted, now, inDoubt }: Circumstances): Step {
  const { pendingUntil = 0, making, earlier = [], sealedToken } = row
  if (!granted) {
    const over = pendingUntil === 0 || (!inDoubt && now > pendingUntil + PENDING_MARGIN_MS)
    return over ? 'end' : 'keep'
  }
  if (making !== undefined || earlier.length > 0 || pendingUntil !== 0) return 'tidy'
  // Without a token the next request of its grant asks for one.
  return sealedToken !== undefined && !inDoubt && now >= renewedAt(row) ? 'renew' : 'keep'
}

/** When a token is to be renewed. Milliseconds since 1970. */
function renewedAt({ createdAt, endsAt }: UpstreamTokenRecord): number {
  return createdAt + (endsAt - createdAt) * RENEWED_AFTER
}
