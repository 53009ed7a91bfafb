import { createServer } from 'node:https'
import type { Address } from '../config/schema.ts'
import type { ConnectionTools } from './connections.ts'
import { type Listener, listen, SERVER_LIMITS } from './listener.ts'

/** Milliseconds; there is no deadline worth the name otherwise. */
const HANDSHAKE_TIMEOUT_MS = 5000

export interface TlsMaterial {
  /** PEM, the server's own certificate first. */
  certificate: string
  /** PEM. */
  key: string
}

export interface HttpsListener extends Listener {
  /** For handshakes from now on; what is open goes on. The material has to be checked before. */
  replaceCertificate: (tls: TlsMaterial) => void
}

/** @param ticketKeys 48 bytes that stay, so that a new certificate ends no session. @throws Error of Node's. */
export async function listenHttps(
  address: Address,
  { certificate, key }: TlsMaterial,
  ticketKeys: Buffer,
  tools: ConnectionTools,
): Promise<HttpsListener> {
  const fixed = {
    // Alexa doesn't link over TLS 1.3 alone.
    minVersion: 'TLSv1.2' as const,
    ticketKeys,
  }
  const server = createServer({
    ...SERVER_LIMITS,
    ...fixed,
    cert: certificate,
    key,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ALPNProtocols: ['http/1.1'],
  })
  const listener = await listen(server, 'https', address, tools)
  return {
    ...listener,
    replaceCertificate: (tls) => server.setSecureContext({ ...fixed, cert: tls.certificate, key: tls.key }),
  }
}
