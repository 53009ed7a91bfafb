import { once } from 'node:events'
import type { Server as HttpServer, ServerResponse } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'

/** Milliseconds that an answer has to leave the machine once it is written. */
const FLUSH = 500

/**
 * Follows the connections of a server, for it knows neither those that were upgraded nor those that say nothing.
 * @returns stops accepting, waits for what is in flight, at most `patience` milliseconds, then ends what is left.
 */
export function followConnections(server: HttpServer | HttpsServer): (patience: number) => Promise<void> {
  const open = new Set<Socket>()
  const speaking = new Set<Socket>()
  const inFlight = new Set<ServerResponse>()
  const idle = Promise.withResolvers<void>()
  let closing = false

  const follow = (sockets: Set<Socket>) => (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  server.on('connection', follow(open))
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', follow(speaking))
  server.on('request', (_, response: ServerResponse) => {
    inFlight.add(response)
    response.once('close', () => {
      inFlight.delete(response)
      if (closing && inFlight.size === 0) idle.resolve()
    })
  })

  return async function close(patience) {
    const closed = once(server, 'close')
    server.close()
    closing = true
    if (inFlight.size > 0) await within(patience, idle.promise)
    // An answer may be written, and yet not have left: these end as soon as it has.
    if (inFlight.size === 0) for (const socket of speaking) socket.destroySoon()
    if (inFlight.size === 0) await within(FLUSH, closed)
    for (const socket of open) socket.destroy()
    await closed
  }
}

async function within(milliseconds: number, event: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, milliseconds)
  await Promise.race([event, over.promise])
  clearTimeout(timer)
}
