import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'

/**
 * Follows the answers that aren't finished: what else is written to their connection would seem to be part of them.
 * @returns those of a connection; more than one where a client doesn't wait for the first.
 */
export function followAnswers(server: HttpServer | HttpsServer): (connection: Duplex) => ServerResponse[] {
  const underway = new WeakMap<Duplex, Set<ServerResponse>>()
  server.on('request', ({ socket }: IncomingMessage, answer: ServerResponse) => {
    const answers = underway.get(socket) ?? new Set()
    underway.set(socket, answers.add(answer))
    answer.once('close', () => answers.delete(answer))
  })
  return (connection) => [...(underway.get(connection) ?? [])]
}
