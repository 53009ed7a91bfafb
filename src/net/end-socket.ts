import type { Duplex } from 'node:stream'

/** Whoever hasn't taken its end by then is cut off. */
const END_TIMEOUT_MS = 5000

/**
 * Ends a connection that nobody reads any more. What still comes is read and forgotten, for a socket that isn't read
 * never gives its descriptor back; and its end has a deadline.
 */
export function endSocket(socket: Duplex): void {
  // Its `close` may be over already, and the deadline would keep a process that stops.
  if (socket.destroyed) return
  socket.end()
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), END_TIMEOUT_MS)
  socket.once('close', () => clearTimeout(timer))
}
