import { withoutMapping } from '../../net/client-address.ts'
import type { Logger } from '../../telemetry/log.ts'

/** So long at least lies between two lines about the same proxy. */
const INTERVAL_MS = 600_000
/** Anybody can write the header, from as many addresses as they have. */
const MOST_PROXIES = 16

/**
 * Says, once in a while for each, that a proxy which ends TLS comes to the listener that only redirects.
 * @param now milliseconds since 1970.
 */
export function tellOfProxies(log: Pick<Logger, 'warn'>, now: () => number): (peer: string, header: string) => void {
  const toldAt = new Map<string, number>()

  return function onProxy(peer, header) {
    const at = now()
    for (const [known, since] of toldAt) if (Math.abs(at - since) >= INTERVAL_MS) toldAt.delete(known)
    if (toldAt.has(peer) || toldAt.size >= MOST_PROXIES) return
    toldAt.set(peer, at)
    const address = withoutMapping(peer)
    const detail = `${address} sends ${header}: point it at the port of listen.plain, and list ${address} in listen.trusted_proxies`
    log.warn({ detail }, 'a proxy that ends TLS comes to listen.http, which only redirects')
  }
}
