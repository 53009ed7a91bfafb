import { networkInterfaces } from 'node:os'
import { addressBlock } from './address-block.ts'

/**
 * The addresses that this machine has; none where the system tells nobody, as Android, or a service that may not use netlink.
 * @param ask `networkInterfaces` of node:os.
 */
export function ownAddresses(ask: typeof networkInterfaces = networkInterfaces): string[] {
  try {
    return Object.values(ask()).flatMap((all = []) => all.map(({ address }) => address))
  } catch {
    return []
  }
}

/**
 * Whether an address is this machine's own, or in IPv6 one of the /64 that it is in: each machine of a home has an address there
 * that is public by its digits alone.
 */
export function isInOwnNetwork(address: string, own: readonly string[]): boolean {
  const block = addressBlock(address)
  return own.some((one) => addressBlock(one) === block)
}
