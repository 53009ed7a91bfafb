import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ExecutionContext } from 'ava'
import { type WebSocket, WebSocketServer } from 'ws'

export const INFO = { server_id: 'scripted', server_version: '2.10.0', schema_version: 77 }

export interface MessageServer {
  url: string
  /** The WebSockets that it has, each with what it was told, in order. */
  clients: { socket: WebSocket; tcp: Socket; heard: string[] }[]
  /** Resolves as soon as the condition holds; looked at whenever something comes or goes. */
  until: (condition: () => boolean) => Promise<void>
}

/** A server that greets and lets everybody in, as Music Assistant does, and then says what the test says. */
export async function startMessageServer(
  t: ExecutionContext,
  {
    onMessage = () => {},
    signIn = true,
  }: { onMessage?: (socket: WebSocket, text: string) => void; signIn?: boolean } = {},
): Promise<MessageServer> {
  const server = createServer((_, response) => response.end(JSON.stringify(INFO)))
  const sockets = new WebSocketServer({ server, path: '/ws', maxPayload: 64 * 1024 * 1024, autoPong: false })
  const clients: MessageServer['clients'] = []
  let changed = Promise.withResolvers<void>()
  const change = () => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  sockets.on('connection', (socket, request) => {
    const client = { socket, tcp: request.socket, heard: [] as string[] }
    clients.push(client)
    socket.on('error', () => {})
    socket.on('close', () => {
      clients.splice(clients.indexOf(client), 1)
      change()
    })
    socket.on('message', (data) => {
      const text = String(data)
      client.heard.push(text)
      const { message_id, command } = text.length < 4096 ? JSON.parse(text) : { message_id: '', command: '' }
      if (command === 'auth' && signIn)
        socket.send(JSON.stringify({ message_id, result: { authenticated: true, user: {} }, partial: false }))
      else onMessage(socket, text)
      change()
    })
    socket.send(JSON.stringify(INFO))
    change()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const { socket } of [...clients]) socket.terminate()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
    async until(condition) {
      while (!condition()) await changed.promise
    },
  }
}
