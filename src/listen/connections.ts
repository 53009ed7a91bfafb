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
  // By connection: a collection that changes with each request costs the garbage collector ten times the rest.
  const speaking = new Map<Duplex, ServerResponse[]>()
  let inFlight = 0
  const idle = Promise.withResolvers<void>()
  let closing = false

  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    speaking.set(socket, [])
    socket.once('close', () => speaking.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const answers = speaking.get(socket) ?? []
    answers.push(response)
    inFlight++
    response.once('close', () => {
      answers.splice(answers.indexOf(response), 1)
      inFlight--
      if (closing && inFlight === 0) idle.resolve()
    })
  })

  async function close(patience: number): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    closing = true
    if (inFlight > 0) await within(patience, idle.promise)
    if (inFlight === 0) {
      // An answer may be written, and yet not have left: these end as soon as it has.
      for (const socket of speaking.keys()) (socket as Socket).destroySoon()
      await within(FLUSH, closed)
    }
    for (const socket of open) socket.destroy()
    await closed
  }

  const answersOn = (connection: Duplex) => [...(speaking.get(connection) ?? [])]
  return { answersOn, close }
}

async function within(milliseconds: number, event: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, milliseconds)
  await Promise.race([event, over.promise])
  clearTimeout(timer)
}
