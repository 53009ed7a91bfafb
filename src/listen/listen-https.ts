import { createServer } from 'node:https'
import type { CertificateStore } from '../certificates/certificate-store.ts'
import type { Address } from '../config/schema.ts'
import { TLS_POLICY } from '../net/tls-policy.ts'
import { type Listener, type ListenTools, listen, SERVER_LIMITS } from './listener.ts'

/**
 * A listener with TLS, which serves what the store of certificates has at each handshake; what is open goes on. How long
 * a handshake may take says its guard: Node's own deadline would count the time in which this process stood still.
 * @param ticketKeys 48 bytes that stay, so that a new certificate ends no session.
 * @throws Error of Node's, when the address can't be listened on.
 */
export async function listenHttps(
  address: Address,
  certificates: Pick<CertificateStore, 'contextFor' | 'defaultMaterial' | 'onChange'>,
  ticketKeys: Buffer,
  tools: ListenTools,
): Promise<Listener> {
  const context = () => ({ ...TLS_POLICY, ...certificates.defaultMaterial(), ticketKeys })
  const server = createServer({
    ...SERVER_LIMITS,
    ...context(),
    SNICallback: (serverName, done) => done(null, certificates.contextFor(serverName)),
    ALPNProtocols: ['http/1.1'],
  })
  // For whoever sends no SNI.
  const stopFollowing = certificates.onChange(() => server.setSecureContext(context()))
  server.once('close', stopFollowing)
  return listen(server, 'https', address, tools)
}
