import { X509Certificate } from 'node:crypto'
import { bitsOf, childrenOf, contentOf, type Der, DerError, oid, readDer, TAG, timeOf } from './der.ts'
import { type CertificateId, SHA1 } from './ocsp-request.ts'

/** What a responder has said, and nobody has checked yet. */
export interface OcspAnswer {
  /** What is signed, in DER. */
  signed: Buffer
  /** The object identifier's bytes. */
  algorithm: Buffer
  signature: Buffer
  /** Who signed: the name in DER, or SHA-1 of the bits of the public key. */
  responder: { name: Buffer } | { key: Buffer }
  /** What came with it, to check the signature by. */
  certificates: X509Certificate[]
  responses: OcspStatus[]
}

export interface OcspStatus {
  /** Undefined where the responder has another way to name certificates than the request. */
  id: CertificateId | undefined
  status: 'good' | 'revoked' | 'unknown'
  /** Milliseconds since 1970, as the next one. */
  thisUpdate: number
  nextUpdate: number | undefined
}

const BASIC = oid('1.3.6.1.5.5.7.48.1.1')
/** What a responder says in place of an answer. @see RFC 6960 section 4.2.1 */
const TROUBLES = ['', 'malformed request', 'internal error', 'try later', '', 'signature required', 'unauthorized']
const STATUSES = ['good', 'revoked', 'unknown'] as const

/** @throws DerError with what is wrong with it. @see RFC 6960 section 4.2.1 */
export function readAnswer(bytes: Buffer): OcspAnswer {
  const [status, wrapped] = childrenOf(readDer(bytes))
  const [code = 0] = contentOf(status, TAG.enumerated)
  if (code !== 0) throw new DerError(`the responder says: ${TROUBLES[code] || `error ${code}`}`)
  const [kind, basic] = childrenOf(readDer(contentOf(wrapped, TAG.context(0))))
  if (!contentOf(kind, TAG.oid).equals(BASIC)) throw new DerError('expected a basic response')
  const [signed, algorithm, signature, certificates] = childrenOf(readDer(contentOf(basic, TAG.octetString)))
  if (!signed || !algorithm) throw new DerError('expected something signed')
  return {
    signed: signed.raw,
    algorithm: readAlgorithm(algorithm),
    signature: bitsOf(signature),
    certificates: certificates ? readCertificates(certificates) : [],
    ...readSigned(signed),
  }
}

/** None of those that are known here has parameters. */
function readAlgorithm(value: Der): Buffer {
  const [id, nothing, ...more] = childrenOf(value)
  if (more.length > 0 || (nothing && contentOf(nothing, TAG.null).length > 0))
    throw new DerError('expected an algorithm without parameters')
  return contentOf(id, TAG.oid)
}

function readCertificates(value: Der): X509Certificate[] {
  return childrenOf(readDer(contentOf(value, TAG.context(0)))).map(({ raw }) => {
    try {
      return new X509Certificate(raw)
    } catch (error) {
      throw new DerError('a certificate in it is damaged', { cause: error })
    }
  })
}

function readSigned(value: Der): Pick<OcspAnswer, 'responder' | 'responses'> {
  const all = childrenOf(value)
  const [responder, , responses] = all[0]?.tag === TAG.context(0) ? all.slice(1) : all
  if (!responder || !responses) throw new DerError('expected responses')
  return {
    responder:
      responder.tag === TAG.context(1)
        ? { name: responder.content }
        : { key: contentOf(readDer(contentOf(responder, TAG.context(2))), TAG.octetString) },
    responses: childrenOf(responses).map(readStatus),
  }
}

function readStatus(value: Der): OcspStatus {
  const [id, status, thisUpdate, ...more] = childrenOf(value)
  const next = more.find(({ tag }) => tag === TAG.context(0))
  const known = STATUSES[(status?.tag ?? 0xff) & 0x1f]
  if (!id || !known) throw new DerError('expected the status of a certificate')
  return {
    id: readId(id),
    status: known,
    thisUpdate: timeOf(thisUpdate),
    nextUpdate: next && timeOf(readDer(next.content)),
  }
}

function readId(value: Der): CertificateId | undefined {
  const [algorithm, issuerName, issuerKey, serial] = childrenOf(value)
  if (!algorithm || !contentOf(childrenOf(algorithm)[0], TAG.oid).equals(SHA1)) return undefined
  return {
    issuerName: contentOf(issuerName, TAG.octetString),
    issuerKey: contentOf(issuerKey, TAG.octetString),
    serial: contentOf(serial, TAG.integer),
  }
}
