import type { X509Certificate } from 'node:crypto'
import { bitsOf, childrenOf, contentOf, oid, readDer, TAG } from './der.ts'

/** What of a certificate OCSP needs, and Node doesn't tell. */
export interface CertificateParts {
  /** The bytes of the integer. */
  serial: Buffer
  /** The whole name in DER. */
  issuer: Buffer
  subject: Buffer
  /** The bits of the public key, without what kind it is of. */
  publicKey: Buffer
  /** The responder that the certificate names first. */
  responder: string | undefined
  /** Whether clients that know of it refuse the certificate without an answer. @see RFC 7633 */
  mustStaple: boolean
}

const AUTHORITY_INFO_ACCESS = oid('1.3.6.1.5.5.7.1.1')
const OCSP = oid('1.3.6.1.5.5.7.48.1')
const TLS_FEATURE = oid('1.3.6.1.5.5.7.1.24')
const STATUS_REQUEST = 5
const VERSION = TAG.context(0)
const EXTENSIONS = TAG.context(3)
const URI = TAG.implicit(6)

/** @throws DerError, which no certificate that OpenSSL has read should be a reason for. @see RFC 5280 section 4.1 */
export function certificateParts({ raw }: Pick<X509Certificate, 'raw'>): CertificateParts {
  const [signed] = childrenOf(readDer(raw))
  const fields = childrenOf(signed ?? { tag: 0, content: raw, raw })
  const [serial, , issuer, , subject, key] = fields[0]?.tag === VERSION ? fields.slice(1) : fields
  const [, publicKey] = childrenOf(key ?? { tag: 0, content: raw, raw })
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS)
  const find = extensionFinder(extensions?.content)
  return {
    serial: contentOf(serial, TAG.integer),
    issuer: issuer?.raw ?? Buffer.alloc(0),
    subject: subject?.raw ?? Buffer.alloc(0),
    publicKey: bitsOf(publicKey),
    responder: responderIn(find(AUTHORITY_INFO_ACCESS)),
    mustStaple: asksForStatus(find(TLS_FEATURE)),
  }
}

function extensionFinder(bytes: Buffer | undefined): (id: Buffer) => Buffer | undefined {
  const extensions = bytes ? childrenOf(readDer(bytes)).map((one) => childrenOf(one)) : []
  return (id) => extensions.find(([name]) => name?.content.equals(id))?.at(-1)?.content
}

/** @see RFC 5280 section 4.2.2.1 */
function responderIn(extension: Buffer | undefined): string | undefined {
  if (!extension) return undefined
  for (const access of childrenOf(readDer(extension))) {
    const [method, location] = childrenOf(access)
    if (method?.content.equals(OCSP) && location?.tag === URI) return location.content.toString('latin1')
  }
  return undefined
}

function asksForStatus(extension: Buffer | undefined): boolean {
  if (!extension) return false
  return childrenOf(readDer(extension)).some(({ content }) => content.length === 1 && content[0] === STATUS_REQUEST)
}
