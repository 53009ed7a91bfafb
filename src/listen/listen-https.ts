import { createServer } from 'node:https'
import type { Address } from '../config/schema.ts'
import type { GuardTools } from './guard-connections.ts'
import { type Listener, type ListenTools, listen, SERVER_LIMITS } from './listener.ts'
import { openSecureServers, type TlsTools } from './secure-servers.ts'

/**
 * A listener with TLS, which serves what the store of certificates has at each handshake; what is open goes on. Its guard
 * reads who is asked for before TLS begins, and says how long a handshake may take: Node's own deadline would count the
 * time in which this process stood still.
 * @throws Error of Node's, when the address can't be listened on.
 */
export async function listenHttps(
  address: Address,
  tls: TlsTools,
  { guard, ...tools }: ListenTools & { guard: GuardTools },
): Promise<Listener> {
  // It has no certificate, and shakes no hands itself.
  const server = createServer(SERVER_LIMITS)
  const chooseHandshake = openSecureServers(
    tls,
    // Node's own listeners take the first alone.
    (socket, certificates) => server.emit('secureConnection', socket, certificates),
    (error, socket) => server.emit('tlsClientError', error, socket),
  )
  return listen(server, 'https', address, {
    ...tools,
    guard: { ...guard, chooseHandshake },
    hsts: tls.hsts,
  })
}
