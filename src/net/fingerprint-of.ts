import type { X509Certificate } from 'node:crypto'

/** SHA-256 of the whole of a certificate, in lower-case hexadecimal. */
export function fingerprintOf({ fingerprint256 }: Pick<X509Certificate, 'fingerprint256'>): string {
  return fingerprint256.replaceAll(':', '').toLowerCase()
}
