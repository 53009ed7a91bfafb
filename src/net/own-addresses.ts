import { networkInterfaces } from 'node:os'
import { addressBlock } from './address-block.ts'

/** The addresses that this machine has. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))
}

/**
 * Whether an address is this machine's own, or in IPv6 one of the /64 that it is in: each machine of a home has an address there
 * that is public by its digits alone.
 */
export function isInOwnNetwork(address: string, own: readonly string[]): boolean {
  const block = addressBlock(address)
  return own.some((one) => addressBlock(one) === block)
}
