import type { X509Certificate } from 'node:crypto'
import { CertificateError } from '../certificate-error.ts'
import { checkChain } from '../check-chain.ts'
import { parseCertificates, parsePrivateKey } from '../read-pem.ts'
import {
  chainToPem,
  coversName,
  namesOf,
  notAfterOf,
  notBeforeOf,
  type ServerCertificate,
} from '../server-certificate.ts'

/** What a CA gave, as it is kept: the chain and the key in one text. */
export interface StoredCertificate extends ServerCertificate {
  /** Those wanted names that it isn't for. */
  missing: string[]
}

/**
 * Reads and checks it.
 * @param pem the chain, then the key. @param path as the error should call it. @param now milliseconds since 1970
 * @throws CertificateError where it can't be served now.
 */
export function readStored(
  pem: string,
  path: string,
  { names, now }: { names: string[]; now: number },
): StoredCertificate {
  const chain = parseCertificates(pem, path)
  const key = parsePrivateKey(pem, path)
  checkChain(chain, key, { certificate: path, key: path }, now)
  const own = chain[0] as X509Certificate
  const missing = names.filter((name) => !isFor(own, name))
  if (missing.length === names.length)
    throw new CertificateError('certificate_wrong_name', `${path} is for none of ${names.join(', ')}.`)
  return {
    certificate: chainToPem(chain),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    names: namesOf(own),
    notBefore: notBeforeOf(chain),
    notAfter: notAfterOf(chain),
    made: false,
    warnings: missing.map((name) => `it is not for ${name} yet`),
    missing,
  }
}

/** A wildcard that is wanted has to be in it as it is. */
function isFor(certificate: X509Certificate, name: string): boolean {
  return name.startsWith('*.') ? namesOf(certificate).includes(name) : coversName(certificate, name)
}
