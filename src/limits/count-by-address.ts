import { createHash } from 'node:crypto'
import { addressPlace } from '../net/address-block.ts'
import type { Store } from '../store/store.ts'
import { type Counted, countWithin, FAILURES_LIMIT, forgetFailures, type Wait } from './count-failures.ts'

/**
 * IPv6 comes in networks of 2^64 addresses, and whoever wants more of these gets 256 or 65,536 of them for nothing: so
 * the /64 counts, the /56 around it, and the /48 around that, each with three times the limit of the one in it.
 */
const BLOCKS = [
  { bits: 0, times: 1 },
  { bits: 8, times: 3 },
  { bits: 16, times: 9 },
]

/**
 * Counts a failure by where it came from. All of a /48 are one row, so that nobody fills the disk with networks.
 * @param what is counted, such as `address` for sign-ins. @param limit how many may happen from one address or /64.
 * @param forMs as of a `Counter`.
 */
export function countByAddress(
  store: Store,
  now: () => number,
  what: string,
  address: string,
  limit: number = FAILURES_LIMIT,
  forMs?: number,
): Promise<Counted | Wait> {
  const { network, within } = addressPlace(address)
  const limits = BLOCKS.map(({ bits, times }) => ({ bits, limit: limit * times }))
  return countWithin(store, now, { id: idOf(what, network), within, forMs }, limits)
}

/** Forgets all that was counted from the network that this address is in. */
export function forgetAddress(store: Store, now: () => number, what: string, address: string): Promise<void> {
  return forgetFailures(store, now, { id: idOf(what, addressPlace(address).network) })
}

function idOf(what: string, network: string): string {
  return `${what}.${hashed(network)}`
}

/** What an address counts for, in the widest block: the database is to hold no addresses. */
export function networkHash(address: string): string {
  return hashed(addressPlace(address).network)
}

function hashed(network: string): string {
  return createHash('sha256').update(network).digest('base64url')
}
