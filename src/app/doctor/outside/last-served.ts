import type { Patient } from '../examination.ts'
import { auditTrail } from '../house/audit-trail.ts'
import { linkedClient } from './authorization-query.ts'
import { isPublic } from './look-up-name.ts'

/** Alexa comes for a new token each hour in which somebody speaks to her. Milliseconds. */
const LATELY_MS = 86_400_000

/** When tokens last went to the client of Alexa at an address outside, as the audit trail has it; undefined if not lately. */
export function lastServed({ config, environment }: Pick<Patient, 'config' | 'environment'>): string | undefined {
  const client = linkedClient(config)?.id
  const { records } = auditTrail(config)
  const last = records.findLast(
    ({ event, client: whose, address }) =>
      (event === 'tokens_issued' || event === 'tokens_refreshed') &&
      whose === client &&
      address !== undefined &&
      isPublic(address),
  )
  if (!last || environment.now() - Date.parse(last.time) > LATELY_MS) return undefined
  return `${last.time.slice(0, 16).replace('T', ' ')} UTC`
}
