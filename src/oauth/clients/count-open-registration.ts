import { countByAddress } from '../../limits/count-by-address.ts'
import { type Counted, countFailure, type Wait } from '../../limits/count-failures.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { deny } from '../deny.ts'

const HOUR_MS = 3_600_000
/** Clients that may register openly within an hour from one address or IPv6 /64. */
const ADDRESS_LIMIT = 10
/** From everywhere. Less than `STRANGERS_LIMIT`. */
const ALL_LIMIT = 100
/** So many of these are kept for networks from which none has registered lately: nobody uses up those of a home. */
const KEPT_FOR_OTHERS = 40

/**
 * Anybody may register while that is open: not so often that the audit trail and the disk fill. One that is refused counts for
 * its address as well.
 * @param address undefined where it isn't known: then they all share what isn't kept for others.
 * @throws OAuthError too_many_requests
 */
export async function countOpenRegistration(
  { store, now }: Pick<AuthorizationServer, 'store' | 'now'>,
  address: string | undefined,
): Promise<void> {
  const ofAddress =
    address === undefined ? undefined : await countByAddress(store, now, 'register', address, ADDRESS_LIMIT, HOUR_MS)
  if (ofAddress) refuseMore(ofAddress)
  const isFirst = ofAddress?.kind === 'counted' && ofAddress.earlierAround === 0
  refuseMore(await countFailure(store, now, 'register-all', isFirst ? ALL_LIMIT : ALL_LIMIT - KEPT_FOR_OTHERS, HOUR_MS))
}

function refuseMore(counted: Counted | Wait): void {
  if (counted.kind !== 'wait') return
  throw deny('too-many-registrations', { headers: { 'Retry-After': `${counted.seconds}` } })
}
