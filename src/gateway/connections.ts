import { once } from 'node:events'
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Milliseconds that an answer has to leave the machine once it is written. */
const FLUSH = 500

/** The connections of a server, which itself knows neither those that were upgraded nor those that say nothing. */
export interface Connections {
  /** The unfinished answers of a connection; more than one where a client doesn't wait for the first. */
  answersOn: (connection: Duplex) => ServerResponse[]
  /** Stops accepting, waits for what is in flight, at most `patience` milliseconds, then ends what is left. */
  close: (patience: number) => Promise<void>
}

export function followConnections(server: HttpServer | HttpsServer): Connections {
  const open = new Set<Socket>()
  const speaking = new Set<Socket>()
  const inFlight = new Map<ServerResponse, Duplex>()
  const idle = Promise.withResolvers<void>()
  let closing = false

  const follow = (sockets: Set<Socket>) => (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  server.on('connection', follow(open))
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', follow(speaking))
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    inFlight.set(response, socket)
    response.once('close', () => {
      inFlight.delete(response)
      if (closing && inFlight.size === 0) idle.resolve()
    })
  })

  async function close(patience: number): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    closing = true
    if (inFlight.size > 0) await within(patience, idle.promise)
    if (inFlight.size === 0) {
      // An answer may be written, and yet not have left: these end as soon as it has.
      for (const socket of speaking) socket.destroySoon()
      await within(FLUSH, closed)
    }
    for (const socket of open) socket.destroy()
    await closed
  }

  const answersOn = (connection: Duplex) =>
    [...inFlight].flatMap(([answer, its]) => (its === connection ? [answer] : []))
  return { answersOn, close }
}

async function within(milliseconds: number, event: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, milliseconds)
  await Promise.race([event, over.promise])
  clearTimeout(timer)
}
