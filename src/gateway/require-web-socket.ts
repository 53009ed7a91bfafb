import { GatewayError } from '../http/gateway-error.ts'
import type { Exchange, UpgradeRequest } from './exchange.ts'
import type { Destination } from './routes/destination.ts'

/** @throws GatewayError upgrade_not_allowed: for any other upgrade, and wherever no WebSocket is taken. */
export function requireWebSocket({ method }: Exchange, { protocol }: UpgradeRequest, destination: Destination): void {
  const takesIt = destination.kind === 'upstream' && destination.websocket
  if (takesIt && method === 'GET' && protocol === 'websocket') return
  throw new GatewayError('upgrade_not_allowed', `${method} with Upgrade ${protocol}`)
}
