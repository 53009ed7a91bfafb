import type { KeyObject, X509Certificate } from 'node:crypto'
import { CertificateError } from '../certificate-error.ts'
import { isPkcs12 } from '../other-forms.ts'
import { readCertificateFile } from '../read-certificate-file.ts'
import { parseCertificates, parsePrivateKey } from '../read-pem.ts'

export interface CertificateFiles {
  /** path of the chain, in PEM, or of a PKCS#12 file */
  certificate: string
  /** path of the key, in PEM; the same path where it is in the file of the chain */
  key: string
  password?: string | undefined
}

/**
 * What the files hold, PEM or PKCS#12, recognised by content; not checked.
 * @throws CertificateError file_missing, file_unreadable, certificate_invalid, key_invalid, key_encrypted
 */
export async function readChainAndKey({ certificate, key, password }: CertificateFiles) {
  const bytes = await readCertificateFile(certificate)
  const text = bytes.toString('latin1')
  if (!isPkcs12(text)) {
    const keyText = key === certificate ? text : (await readCertificateFile(key)).toString('latin1')
    return { chain: parseCertificates(text, certificate), key: parsePrivateKey(keyText, key, password) }
  }
  const { readPkcs12 } = await import('./read-pkcs12.ts')
  const { certificates, keys } = await readPkcs12(bytes, certificate, password)
  const own =
    key === certificate ? keys : [parsePrivateKey((await readCertificateFile(key)).toString('latin1'), key, password)]
  const first = own.find((one) => certificates.some((other) => other.checkPrivateKey(one))) ?? own[0]
  if (certificates.length === 0) {
    const remedy = 'Export it again, with the certificate and its chain.'
    throw new CertificateError('certificate_invalid', `The PKCS#12 file ${certificate} holds no certificate. ${remedy}`)
  }
  if (!first) {
    const remedy = 'Export it again, with the private key.'
    throw new CertificateError('key_invalid', `The PKCS#12 file ${certificate} holds no private key. ${remedy}`)
  }
  return { chain: inOrder(certificates, first), key: first }
}

/** In PKCS#12 the order means nothing: the key's own certificate first, then whoever issued the one before. */
function inOrder(certificates: X509Certificate[], key: KeyObject): X509Certificate[] {
  const left = new Set(certificates)
  const chain: X509Certificate[] = []
  let next = certificates.find((one) => one.checkPrivateKey(key))
  while (next) {
    const last = next
    chain.push(last)
    left.delete(last)
    next = [...left].find((one) => last.checkIssued(one) && last.verify(one.publicKey))
  }
  return chain.length > 0 ? chain : certificates
}
