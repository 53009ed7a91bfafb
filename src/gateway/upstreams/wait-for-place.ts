import type { Duplex } from 'node:stream'
import type { Places } from './places.ts'

/** For a client that nobody reads yet. @returns false when it has left. @throws GatewayError upstream_busy */
export function waitForPlace(tunnels: Places, socket: Duplex): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const leave = tunnels.wait(() => resolve(true), reject)
  const left = () => {
    leave()
    resolve(false)
  }
  // Nobody reads yet, and then the end of what the client sends shows in no other way.
  const look = () => {
    if (socket.readableLength > 0) return
    socket.destroy()
    left()
  }
  socket.once('close', left).on('readable', look)
  return promise.finally(() => socket.off('close', left).off('readable', look))
}
