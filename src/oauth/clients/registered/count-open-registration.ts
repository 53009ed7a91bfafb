import { type AnybodysLimits, countAnybody } from '../../../limits/count-anybody.ts'
import type { AuthorizationServer } from '../../authorization-server.ts'
import { deny } from '../../deny.ts'

/** Within an hour; from everywhere fewer than `STRANGERS_LIMIT`. */
const LIMITS: AnybodysLimits = { address: 10, all: 100, keptForOthers: 40, forMs: 3_600_000 }

/**
 * Anybody may register while that is open: not so often that the audit trail and the disk fill.
 * @param address undefined where it isn't known. @throws OAuthError too_many_requests
 */
export async function countOpenRegistration(
  { store, now }: Pick<AuthorizationServer, 'store' | 'now'>,
  address: string | undefined,
): Promise<void> {
  const counted = await countAnybody(store, now, 'register', address, LIMITS)
  if (counted.kind !== 'wait') return
  throw deny('too-many-registrations', { headers: { 'Retry-After': `${counted.seconds}` } })
}
