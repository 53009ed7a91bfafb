import type { KeyObject, X509Certificate } from 'node:crypto'
import { CertificateError } from '../certificate-error.ts'
import { checkPurpose, type Origin, title } from '../check-chain.ts'
import { certificateName, coversName, namesOf } from '../server-certificate.ts'

const RSA_BITS_MINIMUM = 2048
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']
const WEAK_SIGNATURE = /\b(md2|md4|md5|sha1)\b|(md5|sha1)With/i

/** What it is wanted for, and where that is written: `the host of public_url`. */
export interface Wanted {
  host: string
  where: string
}

/**
 * That a certificate which somebody else keeps fresh can be a server's, for this name, and isn't weak.
 * @param chain checked by `checkChain`
 * @throws CertificateError certificate_self_signed, certificate_wrong_purpose, certificate_wrong_name, signature_weak, key_weak
 */
export function checkOwnCertificate(chain: X509Certificate[], key: KeyObject, origin: Origin, wanted: Wanted): void {
  const own = chain[0] as X509Certificate
  const { certificate } = origin
  if (isSelfSigned(own)) {
    const message = `${certificate} is self-signed (${title(own)}), so nobody can trust it but by hand`
    const remedy =
      'Write tls.source: local, with which Skillgate makes a CA and certificates of its own, or use one that a CA has made.'
    throw new CertificateError('certificate_self_signed', `${message}. ${remedy}`)
  }
  if (own.ca) {
    const message = `${certificate} begins with the certificate of a CA (${title(own)}), not of a server`
    throw new CertificateError(
      'certificate_wrong_purpose',
      `${message}. Put one first that it has made for this server.`,
    )
  }
  checkPurpose(own, origin)
  checkName(own, certificate, wanted)
  checkSignatures(chain, certificate)
  checkStrength(key, origin.key)
}

const isSelfSigned = (one: X509Certificate): boolean => one.checkIssued(one) && one.verify(one.publicKey)

function checkName(own: X509Certificate, certificate: string, { host, where }: Wanted): void {
  if (isFor(own, host)) return
  const names = namesOf(own).join(', ') || 'no name at all'
  const message = `${certificate} is not for ${host}, ${where}; it is for ${names}`
  throw new CertificateError('certificate_wrong_name', `${message}. Use a certificate for ${host}.`)
}

/** @param name a host, or `*.example.org`, which only a certificate with exactly that is for. */
export function isFor(own: X509Certificate, name: string): boolean {
  const wanted = certificateName(name)
  return wanted.startsWith('*.') ? namesOf(own).some((one) => certificateName(one) === wanted) : coversName(own, wanted)
}

function checkSignatures(chain: X509Certificate[], certificate: string): void {
  for (const [index, one] of chain.entries()) {
    // Nobody looks at a root's own signature.
    if (isSelfSigned(one) || !WEAK_SIGNATURE.test(one.signatureAlgorithm ?? '')) continue
    const which = `Certificate ${index + 1} in ${certificate} (${title(one)})`
    const message = `${which} is signed with ${one.signatureAlgorithm}, which can be forged`
    throw new CertificateError('signature_weak', `${message}. Ask the CA for one that is signed with SHA-256.`)
  }
}

function checkStrength({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, path: string): void {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {}
  const remedy = 'Have a certificate made for a new key: RSA of 2048 bits or more.'
  if (asymmetricKeyType === 'rsa') {
    if (modulusLength >= RSA_BITS_MINIMUM) return
    throw new CertificateError('key_weak', `The key in ${path} is RSA of ${modulusLength} bits, too small. ${remedy}`)
  }
  if (asymmetricKeyType === 'ec' && CURVES.includes(namedCurve)) return
  const what = namedCurve || asymmetricKeyType
  throw new CertificateError('key_weak', `The key in ${path} is ${what}, which clients do not know. ${remedy}`)
}
