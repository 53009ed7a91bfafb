import { verify, type X509Certificate } from 'node:crypto'
import { certificateParts } from './certificate-parts.ts'
import { DerError, oid } from './der.ts'
import { certificateId, sha1 } from './ocsp-request.ts'
import { type OcspAnswer, type OcspStatus, readAnswer } from './read-answer.ts'

/** What is known of a certificate now, or why nothing is. */
export type CheckedAnswer =
  | { status: 'good'; thisUpdate: number; nextUpdate: number }
  | { status: 'revoked'; thisUpdate: number }
  | { status: 'unusable'; why: string }

/** Their clocks and ours. Milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000
/** Of an answer that doesn't say until when it is good. */
const WITHOUT_END_MS = 24 * 3_600_000
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** By the object identifier, in hexadecimal; nothing with SHA-1. */
const HASHES = new Map<string, string | null>(
  [
    ['1.2.840.113549.1.1.11', 'sha256'],
    ['1.2.840.113549.1.1.12', 'sha384'],
    ['1.2.840.113549.1.1.13', 'sha512'],
    ['1.2.840.10045.4.3.2', 'sha256'],
    ['1.2.840.10045.4.3.3', 'sha384'],
    ['1.2.840.10045.4.3.4', 'sha512'],
    ['1.3.101.112', null] as [string, null],
  ].map(([id, hash]) => [oid(id as string).toString('hex'), hash as string | null]),
)

/**
 * Whether an answer is about this certificate, of now, and signed by who may say so: the issuer, or whom the issuer has
 * given a certificate for that.
 * @param now milliseconds since 1970. @see RFC 6960 section 3.2
 */
export function checkAnswer(
  bytes: Buffer,
  { certificate, issuer, now }: { certificate: X509Certificate; issuer: X509Certificate; now: number },
): CheckedAnswer {
  try {
    const answer = readAnswer(bytes)
    const found = findStatus(answer, certificate, issuer)
    if (!found) return unusable('it is about other certificates')
    const signer = signerOf(answer, issuer, now)
    if (typeof signer === 'string') return unusable(signer)
    if (!isSigned(answer, signer)) return unusable('its signature is wrong')
    return judge(found, now)
  } catch (error) {
    if (error instanceof DerError) return unusable(error.message)
    throw error
  }
}

function judge(
  { status, thisUpdate, nextUpdate = thisUpdate + WITHOUT_END_MS }: OcspStatus,
  now: number,
): CheckedAnswer {
  if (thisUpdate > now + CLOCK_SKEW_MS) return unusable(`it is only good from ${new Date(thisUpdate).toISOString()}`)
  if (nextUpdate <= now) return unusable(`it was good until ${new Date(nextUpdate).toISOString()}`)
  if (status === 'unknown') return unusable('the responder does not know this certificate')
  return status === 'revoked' ? { status, thisUpdate } : { status, thisUpdate, nextUpdate }
}

function findStatus({ responses }: OcspAnswer, certificate: X509Certificate, issuer: X509Certificate) {
  const wanted = certificateId(certificateParts(certificate), certificateParts(issuer))
  return responses.find(
    ({ id }) =>
      id?.serial.equals(wanted.serial) &&
      id.issuerName.equals(wanted.issuerName) &&
      id.issuerKey.equals(wanted.issuerKey),
  )
}

/** @returns in words, where nobody who may has signed it. */
function signerOf(answer: OcspAnswer, issuer: X509Certificate, now: number): X509Certificate | string {
  const signer = [issuer, ...answer.certificates].find((one) => isResponder(one, answer.responder))
  if (!signer) return 'the certificate of who signed it is missing'
  if (signer.fingerprint256 === issuer.fingerprint256) return issuer
  if (!signer.checkIssued(issuer) || !signer.verify(issuer.publicKey)) return 'a stranger signed it'
  if (!signer.keyUsage?.includes(OCSP_SIGNING)) return 'who signed it may not sign answers (OCSPSigning is missing)'
  if (now < signer.validFromDate.getTime() || now > signer.validToDate.getTime())
    return 'the certificate of who signed it has expired'
  return signer
}

function isResponder(certificate: X509Certificate, responder: OcspAnswer['responder']): boolean {
  const { subject, publicKey } = certificateParts(certificate)
  return 'name' in responder ? subject.equals(responder.name) : sha1(publicKey).equals(responder.key)
}

function isSigned({ signed, algorithm, signature }: OcspAnswer, signer: X509Certificate): boolean {
  const hash = HASHES.get(algorithm.toString('hex'))
  if (hash === undefined) return false
  try {
    return verify(hash, signed, signer.publicKey, signature)
  } catch {
    // A key of another kind.
    return false
  }
}

function unusable(why: string): CheckedAnswer {
  return { status: 'unusable', why }
}
