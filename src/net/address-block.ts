import { isIPv4, isIPv6 } from 'node:net'

/** Where an address is: in a network, and where within that. */
export interface AddressPlace {
  /** The widest block that is counted: the address itself in IPv4, the /48 in IPv6. */
  network: string
  /** The bits of the /64 below the /48, from 0 to 65,535; 0 where the network is but one address. */
  within: number
}

/**
 * Whom an address counts for: itself in IPv4, also where it is written as IPv6; in IPv6 the /64 that it is in, for a
 * home or a rented server has a whole one. Anything that is no address counts for itself.
 * @see RFC 4291 section 2.5.5.2
 */
export function addressBlock(address: string): string {
  const read = readAddress(address)
  return typeof read === 'string' ? read : `${inHexadecimal(read.slice(0, 4))}::/64`
}

/** Whoever rents an IPv6 network gets a /64, a /56 or a /48: each is counted, and found from this. */
export function addressPlace(address: string): AddressPlace {
  const read = readAddress(address)
  if (typeof read === 'string') return { network: read, within: 0 }
  return { network: `${inHexadecimal(read.slice(0, 3))}::/48`, within: read[3] ?? 0 }
}

/** @returns the eight groups of an IPv6 address; anything else as it is counted. */
function readAddress(address: string): string | number[] {
  const bare = address.replace(/%.*$/s, '')
  if (isIPv4(bare) || !isIPv6(bare)) return bare
  const groups = groupsOf(bare)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!mapped) return groups
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

function inHexadecimal(groups: number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

/** The eight groups of 16 bits of an IPv6 address. */
export function groupsOf(address: string): number[] {
  // As the URL standard writes it: without dots, with at most one "::".
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [first, last] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = new Array<string>(8 - first.length - last.length).fill('0')
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16))
}
