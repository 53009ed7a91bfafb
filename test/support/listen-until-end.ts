import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { ExecutionContext } from 'ava'

/** Has a server listen until the test ends, and no longer, whoever is connected then. @returns its port. */
export async function listenUntilEnd(t: ExecutionContext, server: Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.listen(0, host)
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}
