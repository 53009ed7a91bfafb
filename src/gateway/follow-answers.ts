import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'

/**
 * Follows the answers that aren't finished: what else is written to their connection would seem to be part of them.
 * @returns those of a connection; more than one where a client doesn't wait for the first.
 */
export function followAnswers(server: HttpServer | HttpsServer): (connection: Duplex) => ServerResponse[] {
  const underway = new WeakMap<Duplex, Set<ServerResponse>>()

  function followConnection(connection: Duplex): Set<ServerResponse> {
    const answers = new Set<ServerResponse>()
    underway.set(connection, answers)
    connection.once('close', () => {
      // Node tells only the answer whose turn it is that nobody waits any more.
      for (const answer of answers) if (!answer.socket) answer.destroy().emit('close')
    })
    return answers
  }

  server.on('request', ({ socket }: IncomingMessage, answer: ServerResponse) => {
    const answers = underway.get(socket) ?? followConnection(socket)
    answers.add(answer)
    answer.once('close', () => answers.delete(answer))
  })
  return (connection) => [...(underway.get(connection) ?? [])]
}
