import { BlockList, isIPv4 } from 'node:net'

/** Who can reach an address. */
export type AddressKind =
  | 'public'
  /** A home's own network. @see RFC 1918, RFC 4193 */
  | 'private'
  /** A provider's network, which many homes share one address of. @see RFC 6598 */
  | 'carrier'
  | 'loopback'
  /** One cable's. */
  | 'link-local'
  /** Nobody's: for examples, for many at once, or unused. @see RFC 6890 */
  | 'reserved'

const RANGES: Record<Exclude<AddressKind, 'public'>, string[]> = {
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  carrier: ['100.64.0.0/10'],
  loopback: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  reserved: [
    ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
    ...['224.0.0.0/3', '::/128', '2001:db8::/32', 'ff00::/8'],
  ],
}

const LISTS = Object.entries(RANGES).map(([kind, ranges]) => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    list.addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return { kind: kind as AddressKind, list }
})

/** @param address of IPv4 or IPv6. */
export function addressKind(address: string): AddressKind {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  return LISTS.find(({ list }) => list.check(address, family))?.kind ?? 'public'
}
