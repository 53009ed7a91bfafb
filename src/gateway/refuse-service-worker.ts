import { GatewayError } from '../http/gateway-error.ts'
import type { Exchange } from './exchange.ts'

/**
 * A service worker of an upstream's would stand in front of the pages on which people sign in, as they share a host.
 * Browsers say when they fetch one, anew each time that they look for an update; no script can keep them from it.
 * @throws GatewayError service_worker_refused
 * @see Service Workers, "Service-Worker"; Fetch Metadata Request Headers, section 2.1
 */
export function refuseServiceWorker({ rawHeaders }: Pick<Exchange, 'rawHeaders'>): void {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i] as string
    // Both are of this length, and hardly any other is.
    if (header.length !== 14) continue
    const name = header.toLowerCase()
    const tells = name === 'service-worker' || (name === 'sec-fetch-dest' && rawHeaders[i + 1] === 'serviceworker')
    if (tells) throw new GatewayError('service_worker_refused')
  }
}
