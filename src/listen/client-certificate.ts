import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ClientCertificate } from '../gateway/exchange.ts'
import { fingerprintOf } from '../net/fingerprint-of.ts'

/** What the other end of a connection has shown, where it was asked; TLS has seen to it that it has the key. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  const certificate = (socket as Partial<TLSSocket>).getPeerX509Certificate?.()
  if (!certificate) return undefined
  return {
    commonName: /^CN=([^\n\\]+)$/.exec(certificate.subject ?? '')?.[1],
    issuer: (certificate.issuer ?? '').replaceAll('\n', ', '),
    fingerprint: fingerprintOf(certificate),
  }
}
