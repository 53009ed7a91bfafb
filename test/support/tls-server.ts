import { createServer, type TlsOptions } from 'node:tls'
import type { ExecutionContext } from 'ava'
import { listenUntilEnd } from './listen-until-end.ts'

/** A server that shakes hands and nothing more. @returns its port. */
export async function startTlsServer(t: ExecutionContext, options: TlsOptions): Promise<number> {
  const server = createServer(options, (socket) => socket.on('error', () => {}).resume())
  server.on('tlsClientError', () => {})
  return listenUntilEnd(t, server)
}
