import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { AddressRange } from './address-range.ts'

/**
 * Whose request it is: the peer of the socket, unless that is a trusted proxy. Then it's whom the nearest of the trusted
 * proxies had as its peer, for all that stands further to the left may be a client's invention. What anybody else
 * says is never read.
 * @param forwardedFor the values of `X-Forwarded-For`, in their order; asked for only where they count.
 * @returns undefined where it can't be told: a trusted proxy doesn't say, or the client has gone.
 */
export type ClientAddress = (peer: string | undefined, forwardedFor: () => string[]) => string | undefined

export function clientAddressReader(trustedProxies: AddressRange[]): ClientAddress {
  const isProxy = rangeReader(trustedProxies)

  return function clientAddress(remoteAddress, forwardedFor) {
    const peer = remoteAddress === undefined ? undefined : withoutMapping(remoteAddress)
    if (peer === undefined || trustedProxies.length === 0 || !isProxy(peer)) return peer
    // From the client to the nearest proxy. Several headers are one list. @see RFC 9110 section 5.3
    const hops = forwardedFor().flatMap((value) => value.split(','))
    for (const hop of hops.reverse()) {
      const address = readHop(hop)
      if (address === undefined || !isProxy(address)) return address
    }
    return undefined
  }
}

/** Whether an address, as a socket tells it, is in one of the ranges. */
export function rangeReader(ranges: AddressRange[]): (address: string) => boolean {
  const list = new BlockList()
  for (const { address, prefix, family } of ranges) list.addSubnet(address, prefix, family)
  return (address) => {
    const bare = withoutMapping(address)
    return list.check(bare, bare.includes(':') ? 'ipv6' : 'ipv4')
  }
}

/** An address, which some proxies follow with a port; an IPv6 one is then in brackets. */
const HOP = /^[ \t]*(?:(?<v4>[\d.]+)(?::\d{1,5})?|(?<v6>[\da-f:.]+)|\[(?<bracketed>[\da-f:.]+)\](?::\d{1,5})?)[ \t]*$/i

/** @returns its one spelling, or undefined for what is no address, such as `unknown` and `_hidden`. */
function readHop(hop: string): string | undefined {
  const { v4 = '', v6, bracketed = v6 } = HOP.exec(hop)?.groups ?? {}
  if (isIPv4(v4)) return v4
  if (bracketed === undefined || !isIPv6(bracketed)) return undefined
  return spellAddress(bracketed)
}

/** The one spelling of an address that is one; IPv4 written as IPv6 is IPv4. */
export function spellAddress(address: string): string {
  if (isIPv4(address)) return address
  return withoutMapping(new SocketAddress({ address, family: 'ipv6' }).address)
}

/** IPv4 that came to an IPv6 socket is IPv4. An IPv6 address may bear its network interface, as in `fe80::1%eth0`. */
export function withoutMapping(address: string): string {
  if (!address.includes(':')) return address
  return address.replace(/^::ffff:(?=\d+\.)|%.*$/g, '')
}
