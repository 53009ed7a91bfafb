import { GatewayError } from '../http/gateway-error.ts'
import { rawHeaderValues } from '../http/raw-headers.ts'
import type { Exchange, UpgradeRequest } from './exchange.ts'
import type { Destination } from './routes/destination.ts'

/**
 * A page of anybody's may open a WebSocket to anywhere, and read it: no same-origin policy holds for them. Browsers say
 * whose page it is; what is no browser says nothing, and has to know a token where one is asked for.
 * @throws GatewayError upgrade_not_allowed: for any other upgrade, and wherever no WebSocket is taken; foreign_origin
 * @see RFC 6455 section 10.2
 */
export function requireWebSocket(
  { method, rawHeaders }: Exchange,
  { protocol }: UpgradeRequest,
  destination: Destination,
): void {
  if (destination.kind !== 'upstream' || !destination.websocket || method !== 'GET' || protocol !== 'websocket')
    throw new GatewayError('upgrade_not_allowed', `${method} with Upgrade ${protocol}`)
  for (const origin of rawHeaderValues(rawHeaders, 'origin')) {
    if (destination.origins.has(origin)) continue
    throw new GatewayError(
      'foreign_origin',
      `Origin ${JSON.stringify(origin)} is not in origins of the route ${destination.path}`,
    )
  }
}
