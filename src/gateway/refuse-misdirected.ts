import { GatewayError } from '../http/gateway-error.ts'
import type { Exchange } from './exchange.ts'

/**
 * Refuses a request for another host than those that its connection's certificate is for. A client that shares one
 * connection between names opens another one then.
 * @throws GatewayError misdirected
 * @see RFC 9110 section 15.5.20
 */
export function refuseMisdirected({ misdirected, host, record }: Exchange): void {
  if (!misdirected) return
  const asked = record.serverName === undefined ? 'for no name' : `for ${record.serverName}`
  throw new GatewayError('misdirected', `Host ${host} on a connection that was opened ${asked}`)
}
