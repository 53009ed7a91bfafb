import { createHash, createPublicKey } from 'node:crypto'
import type { Environment } from '../../config/environment.ts'
import { newRsaKey } from '../local/new-rsa-key.ts'

/** id-pe-acmeIdentifier (RFC 8737 section 3). */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31'
/** It is shown for seconds. */
const LIFE_MS = 7 * 86_400_000
/** DER: an octet string of 32 bytes. */
const OCTET_STRING_OF_32 = '\x04\x20'

/**
 * What a CA is shown at a handshake of `acme-tls/1`: signed by itself, for the one name, with the hash of the key
 * authorization in it. In PEM.
 * @see RFC 8737 section 3
 */
export async function challengeCertificate(
  { name, keyAuthorization }: { name: string; keyAuthorization: string },
  { now, randomBytes }: Pick<Environment, 'now' | 'randomBytes'>,
): Promise<{ cert: string; key: string }> {
  const [key, { makeCertificate }] = await Promise.all([newRsaKey(), import('../local/local-ca.ts')])
  const hash = createHash('sha256').update(keyAuthorization).digest().toString('latin1')
  const cert = makeCertificate({
    key,
    publicKey: createPublicKey(key),
    subject: 'Skillgate',
    issuer: 'Skillgate',
    now: now(),
    end: now() + LIFE_MS,
    randomBytes,
    extensions: () => [
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
      { id: ACME_IDENTIFIER, critical: true, value: `${OCTET_STRING_OF_32}${hash}` },
    ],
  })
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
