import { networkInterfaces } from 'node:os'

/** The addresses that this machine has. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))
}
