import { countByAddress } from '../../limits/count-by-address.ts'
import { type Wait, withdrawFailure } from '../../limits/count-failures.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { type DeviceRequest, findByUserCode } from './device-requests.ts'

/**
 * The device that waits with the user code that somebody typed. An address that has sent five wrong ones within ten
 * minutes waits, for there are only 20^8. One that isn't known, behind a proxy that doesn't tell, never does: nobody
 * is to keep out everybody else there. @see RFC 8628 section 5.1
 */
export async function findByTypedCode(
  server: AuthorizationServer,
  userCode: string,
  address: string | undefined,
): Promise<DeviceRequest | Wait | undefined> {
  if (address === undefined) return findByUserCode(server, userCode)
  const { store, now, audit } = server
  // Counted before it is known to be wrong: however many come at once, only as many as are left are looked up.
  const counted = await countByAddress(store, now, 'user-code', address)
  if (counted.kind === 'wait') {
    if (counted.first) audit({ event: 'locked_out', address, detail: 'too many wrong codes of devices' })
    return counted
  }
  const found = await findByUserCode(server, userCode)
  if (found) await withdrawFailure(store, now, counted)
  return found
}
