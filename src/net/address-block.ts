import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whom an address counts for: itself in IPv4, also where it is written as IPv6; in IPv6 the /64 that it is in, for a
 * home or a rented server has a whole one. Anything that is no address counts for itself.
 * @see RFC 4291 section 2.5.5.2
 */
export function addressBlock(address: string): string {
  const bare = address.replace(/%.*$/s, '')
  if (isIPv4(bare) || !isIPv6(bare)) return bare
  const groups = groupsOf(bare)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!mapped)
    return `${groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':')}::/64`
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The eight groups of 16 bits of an IPv6 address. */
export function groupsOf(address: string): number[] {
  // As the URL standard writes it: without dots, with at most one "::".
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [first, last] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = new Array<string>(8 - first.length - last.length).fill('0')
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16))
}
