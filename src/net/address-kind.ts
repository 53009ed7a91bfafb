import { BlockList, isIPv4 } from 'node:net'
import { groupsOf } from './address-block.ts'

type Family = 'ipv4' | 'ipv6'

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
  // Site-local addresses and NAT64 of a network's own are what a home may have. @see RFC 3879, RFC 8215
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10', '64:ff9b:1::/48'],
  carrier: ['100.64.0.0/10'],
  loopback: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  reserved: [
    ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24'],
    ...['203.0.113.0/24', '224.0.0.0/3'],
    // Of protocols, Teredo among them, and examples; then all that isn't given out to networks, which 2000::/3 is.
    ...['2001::/23', '2001:db8::/32', '3fff::/20', '::/3', '4000::/2', '8000::/1'],
  ],
}

/** One for each family: a list compares IPv4 with ranges of IPv6 too, as if it were written so. */
const LISTS = { ipv4: listsOf('ipv4'), ipv6: listsOf('ipv6') }

function listsOf(family: Family) {
  return Object.entries(RANGES).map(([kind, ranges]) => {
    const list = new BlockList()
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/')
      if (isIPv4(address) === (family === 'ipv4')) list.addSubnet(address, Number(prefix), family)
    }
    return { kind: kind as AddressKind, list }
  })
}

/** @param address of IPv4 or IPv6, which may bear its network interface. */
export function addressKind(address: string): AddressKind {
  if (isIPv4(address)) return kindIn(address, 'ipv4')
  const bare = address.replace(/%.*$/s, '')
  const { within, mayBePublic } = embeddedIn(groupsOf(bare))
  if (within === undefined) return kindIn(bare, 'ipv6')
  const kind = kindIn(within, 'ipv4')
  return kind === 'public' && !mayBePublic ? 'reserved' : kind
}

function kindIn(address: string, family: Family): AddressKind {
  return LISTS[family].find(({ list }) => list.check(address, family))?.kind ?? 'public'
}

/** The IPv4 address that one of IPv6 leads to. `mayBePublic`: whether that may be somebody's who is reached by it. */
interface Embedded {
  within?: string
  mayBePublic?: boolean
}

function embeddedIn(groups: number[]): Embedded {
  const [first = 0, second = 0, third = 0, , fifth = 0, sixth = 0] = groups
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  const last = ipv4Of(groups[6], groups[7])
  // Written as IPv6. @see RFC 4291 section 2.5.5.2
  if (isZero(0, 5) && sixth === 0xffff) return { within: last, mayBePublic: true }
  // NAT64. @see RFC 6052
  if (first === 0x64 && second === 0xff9b && isZero(2, 6)) return { within: last, mayBePublic: true }
  // 6to4. @see RFC 3056
  if (first === 0x2002) return { within: ipv4Of(second, third), mayBePublic: true }
  // What nobody does any more: "compatible" ones, but for `::` and `::1`, and translated ones. @see RFC 2765
  if (isZero(0, 6) && (groups[6] !== 0 || (groups[7] ?? 0) > 1)) return { within: last }
  if (isZero(0, 4) && fifth === 0xffff && sixth === 0) return { within: last }
  // Teredo has it with its bits turned round. @see RFC 4380 section 4
  if (first === 0x2001 && second === 0) return { within: ipv4Of(~(groups[6] ?? 0), ~(groups[7] ?? 0)) }
  return {}
}

function ipv4Of(high = 0, low = 0): string {
  return [high >> 8, high, low >> 8, low].map((byte) => byte & 0xff).join('.')
}
