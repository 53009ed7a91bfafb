import { createHash } from 'node:crypto'
import type { CertificateParts } from './certificate-parts.ts'
import { oid, TAG, writeDer } from './der.ts'

/** Which certificate is meant; SHA-1 here only finds it, and all responders know it. @see RFC 5019 section 2.1.1 */
export interface CertificateId {
  issuerName: Buffer
  issuerKey: Buffer
  serial: Buffer
}

export const SHA1 = oid('1.3.14.3.2.26')

export function certificateId(
  { issuer, serial }: Pick<CertificateParts, 'issuer' | 'serial'>,
  { publicKey }: Pick<CertificateParts, 'publicKey'>,
): CertificateId {
  return { issuerName: sha1(issuer), issuerKey: sha1(publicKey), serial }
}

/** Asks about one certificate. Without a nonce, for most responders sign their answers ahead. @see RFC 6960 section 4.1.1 */
export function ocspRequest({ issuerName, issuerKey, serial }: CertificateId): Buffer {
  const { sequence, octetString, integer, oid: id, null: nothing } = TAG
  const algorithm = writeDer(sequence, writeDer(id, SHA1), writeDer(nothing))
  const names = [writeDer(octetString, issuerName), writeDer(octetString, issuerKey), writeDer(integer, serial)]
  const request = writeDer(sequence, writeDer(sequence, algorithm, ...names))
  return writeDer(sequence, writeDer(sequence, writeDer(sequence, request)))
}

export function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest()
}
