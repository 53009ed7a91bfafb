import { isIP } from 'node:net'

/** As `BlockList.addSubnet` takes it. */
export interface AddressRange {
  address: string
  /** How many leading bits count: all of them for a single address. */
  prefix: number
  family: 'ipv4' | 'ipv6'
}

const MAPPED = 0xffffn

/**
 * Reads `192.168.1.2`, `10.0.0.0/8`, `fd00::/8`. Refuses what is likely meant otherwise: a range that holds every
 * address, and one that begins within (192.168.1.10/24 is either one machine or 192.168.1.0/24). IPv4 written as IPv6
 * is IPv4, for that is what the address of a client is compared as.
 * @returns undefined for anything else.
 */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [, address = '', digits] = /^([0-9A-Fa-f:.]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const width = version === 4 ? 32 : 128
  const prefix = digits === undefined ? width : Number(digits)
  const bits = version === 4 ? bitsOfIPv4(address) : bitsOfIPv6(address)
  if (prefix > width || BigInt.asUintN(width - prefix, bits) !== 0n) return undefined
  if (version === 4) return { address, prefix, family: 'ipv4' }
  if (bits >> 32n !== MAPPED) return { address, prefix, family: 'ipv6' }
  return prefix > 96 ? { address: ipv4Of(bits), prefix: prefix - 96, family: 'ipv4' } : undefined
}

export function isAddressRange(text: string): boolean {
  return parseAddressRange(text) !== undefined
}

function bitsOfIPv4(address: string): bigint {
  return BigInt(`0x${Buffer.from(address.split('.').map(Number)).toString('hex')}`)
}

function bitsOfIPv6(address: string): bigint {
  // A URL's host has groups of hexadecimal digits alone, and at most one `::`.
  const [left = [], right = []] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter(Boolean))
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
}

function ipv4Of(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.')
}
