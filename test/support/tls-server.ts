import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import type { ExecutionContext } from 'ava'

/** A server that shakes hands and nothing more. @returns its port. */
export async function startTlsServer(t: ExecutionContext, options: TlsOptions): Promise<number> {
  const open = new Set<{ destroy: () => void }>()
  const server = createServer(options, (socket) => socket.on('error', () => {}).resume())
  server.on('tlsClientError', () => {})
  server.on('connection', (socket) => open.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
