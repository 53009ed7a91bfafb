import { GatewayError } from '../../http/gateway-error.ts'
import type { Exchange } from '../exchange.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * What comes by itself with whatever a browser is made to send, such as a cookie, has to come from a page of this very
 * host where anything may change.
 * @param programs whether whoever tells nothing of a page may do it too: no browser of the last years does that.
 * @throws GatewayError foreign_request
 * @see Fetch Metadata Request Headers, section 2.3; RFC 6454 section 7.3, for browsers that don't send those.
 */
export function requireOwnPage(exchange: Exchange, { programs = false } = {}): void {
  const { method, headers, upgrade } = exchange
  if (SAFE.has(method) && !upgrade) return
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return
  if (programs && site === undefined && headers.origin === undefined) return
  const isOwn = site === undefined && headers.origin === `https://${exchange.host?.toLowerCase()}`
  if (isOwn) return
  const from = site ?? (headers.origin === undefined ? 'no Origin' : `Origin ${JSON.stringify(headers.origin)}`)
  throw new GatewayError(
    'foreign_request',
    `${method} of a signed-in browser, not from a page of ${hostOf(exchange)} (${from})`,
  )
}

/** The host that was asked for, without its port. */
export function hostOf({ host }: Pick<Exchange, 'host'>): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}
