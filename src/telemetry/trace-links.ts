import { DOCTORS_CLIENT } from './doctors-client.ts'
import type { AuditRecord } from './read-audit.ts'

/** Everything that is known of one attempt to link a client. */
export interface LinkAttempt {
  /** None where only a token request is known. */
  attempt?: string
  client?: string
  user?: string
  grant?: string
  /** The oldest first; of the refreshes only the first. */
  steps: AuditRecord[]
  /** How often tokens were refreshed since. */
  refreshes: number
}

/** Milliseconds: a token request that doesn't say what it belongs to may come so long after an approval. */
const TOKEN_REQUEST_WITHIN_MS = 10 * 60_000

/** What belongs to a link, once it has a grant. */
const OF_GRANT = ['first_call', 'tokens_refreshed', 'token_refused', 'refresh_token_reused', 'code_reused', 'revoked']

/**
 * Puts together what belongs together: by the attempt's id, then by the grant that came of it. A token request whose code
 * nobody could read, or whose client failed to prove itself, goes to the approval that waits for one.
 * @param records the oldest first.
 * @returns the attempts, the oldest first.
 */
export function traceLinks(records: AuditRecord[]): LinkAttempt[] {
  const attempts: LinkAttempt[] = []
  const byId = new Map<string, LinkAttempt>()
  const byGrant = new Map<string, LinkAttempt>()

  for (const record of records) {
    const { event, more } = record
    // Of what was left out nobody knows which attempt it belonged to.
    if (more !== undefined && event !== 'tokens_refreshed') continue
    if (record.client === DOCTORS_CLIENT) continue
    const found = attemptOf(record)
    if (found === undefined) continue
    if (event === 'tokens_refreshed') {
      found.refreshes += more ?? 1
      if (found.refreshes > 1) continue
    }
    found.steps.push(record)
    found.client ??= record.client
    found.user ??= record.user
    if (record.event === 'code_redeemed' && record.grant !== undefined) {
      found.grant = record.grant
      byGrant.set(record.grant, found)
    }
  }
  return attempts

  function attemptOf(record: AuditRecord): LinkAttempt | undefined {
    const { attempt, grant, event } = record
    if (attempt !== undefined) return byId.get(attempt) ?? begin(attempt)
    if (event === 'link_refused') return begin()
    const ofGrant = grant !== undefined && OF_GRANT.includes(event) ? byGrant.get(grant) : undefined
    if (ofGrant !== undefined || event !== 'token_refused') return ofGrant
    return attempts.findLast((one) => mayBelong(record, one)) ?? begin()
  }

  function begin(attempt?: string): LinkAttempt {
    const begun: LinkAttempt = { attempt, steps: [], refreshes: 0 }
    attempts.push(begun)
    if (attempt !== undefined) byId.set(attempt, begun)
    return begun
  }
}

/** How many events of linking were left out since then, for there were too many at once. */
export function countLeftOut(records: AuditRecord[], since: string | undefined): number {
  return records
    .filter(({ event, time }) => OF_LINKING.includes(event) && (since === undefined || time >= since))
    .reduce((sum, { more = 0 }) => sum + more, 0)
}

const OF_LINKING = ['link_opened', 'link_refused', 'denied', 'token_refused']

function mayBelong(refused: AuditRecord, attempt: LinkAttempt): boolean {
  if (refused.grant !== undefined || attempt.grant !== undefined) return false
  if (refused.client !== undefined && attempt.client !== undefined && refused.client !== attempt.client) return false
  const last = attempt.steps.findLast(({ event }) => event === 'consented' || event === 'token_refused')
  return last !== undefined && Date.parse(refused.time) - Date.parse(last.time) <= TOKEN_REQUEST_WITHIN_MS
}
