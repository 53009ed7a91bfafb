import type { Socket } from 'node:net'
import { endSocket } from '../net/end-socket.ts'

/** What TLS says before it gives a connection up. @see RFC 8446 section 6.2 */
export const ALERTS = {
  decodeError: 50,
  internalError: 80,
  unrecognizedName: 112,
  noApplicationProtocol: 120,
} as const

export type Alert = (typeof ALERTS)[keyof typeof ALERTS]

const ALERT_RECORD = 21
const FATAL = 2

/** Ends a connection before TLS has begun, in words of TLS, which are in clear until there are keys. */
export function refuseHandshake(socket: Socket, alert: Alert): void {
  socket.write(Uint8Array.of(ALERT_RECORD, 3, 3, 0, 2, FATAL, alert))
  endSocket(socket)
}
