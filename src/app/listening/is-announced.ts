import { isIP } from 'node:net'
import type { Config } from '../../config/schema.ts'
import { addressKind } from '../../net/address-kind.ts'
import { rangeReader } from '../../net/client-address.ts'
import { ownAddresses } from '../../net/own-addresses.ts'

/**
 * Whether the gateway expects the PROXY protocol of a connection that this machine itself makes to that place, as it does
 * of every trusted proxy: then it has to begin with one, or is cut off. What is not the gateway's own port gets none, for
 * whatever answers there would not understand it.
 * @param own the addresses of this machine.
 */
export function isAnnounced(
  { listen: { https, proxy_protocol, trusted_proxies } }: Pick<Config, 'listen'>,
  { host, port }: { host: string; port: number },
  own: readonly string[] = ownAddresses(),
): boolean {
  if (!proxy_protocol || port !== https?.port) return false
  const isLoopback = host === 'localhost' || (isIP(host) !== 0 && addressKind(host) === 'loopback')
  if (!isLoopback && !own.includes(host)) return false
  // A machine calls itself from the address that it calls.
  return rangeReader(trusted_proxies)(isLoopback ? (host.includes(':') ? '::1' : '127.0.0.1') : host)
}

/** How this machine calls itself where it listens: `0.0.0.0` stands for every address. */
export function hereFor(host: string): string {
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
}
