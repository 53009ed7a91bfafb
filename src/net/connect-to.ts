import { connect, type Socket } from 'node:net'

/** Of the PROXY protocol, version 1: the connection is the sender's own, and its address counts. */
const UNKNOWN_CLIENT = 'PROXY UNKNOWN\r\n'

/**
 * Connects; where the other end expects the PROXY protocol of us, with its shortest header before all else.
 * @param announced whether it does.
 */
export function connectTo({ host, port }: { host: string; port: number }, announced = false): Socket {
  const socket = connect({ host, port })
  // It is held until there is a connection, and goes out before what is written later.
  if (announced) socket.write(UNKNOWN_CLIENT)
  return socket
}
