import type { KeyObject, X509Certificate } from 'node:crypto'
import { CertificateError } from '../certificate-error.ts'
import { checkChain, checkPurpose, checkServable } from '../check-chain.ts'
import { readCertificates, readPrivateKey } from '../read-pem.ts'
import {
  certificateName,
  chainToPem,
  coversName,
  DAY,
  dayOf,
  namesOf,
  notAfterOf,
  notBeforeOf,
  RENEWAL_TIME,
  type ServerCertificate,
} from '../server-certificate.ts'

type Files = { certificate: string; key: string; host: string; now: number }

/**
 * The certificate that somebody else keeps fresh (`tls.source: files`), checked before it can replace a working one.
 * @param files paths of the chain and of its key; `host` is what clients will ask for; `now` in milliseconds since 1970
 * @throws CertificateError
 */
export async function certificateFromFiles(files: Files): Promise<ServerCertificate> {
  const [chain, key] = await Promise.all([readCertificates(files.certificate), readPrivateKey(files.key)])
  checkChain(chain, key, files, files.now)
  checkName(chain[0]!, files)
  checkPurpose(chain[0]!, files)
  const certificate = chainToPem(chain)
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  checkServable(certificate, keyPem, files)
  const notAfter = notAfterOf(chain)
  const warnings = findWarnings(chain, key, notAfter, files)
  const notBefore = notBeforeOf(chain)
  return { certificate, key: keyPem, names: namesOf(chain[0]!), notBefore, notAfter, made: false, warnings }
}

function checkName(own: X509Certificate, { certificate, host }: Files): void {
  if (coversName(own, certificateName(host))) return
  const names = namesOf(own).join(', ') || 'no name at all'
  const message = `${certificate} is not for ${host}, the host of public_url; it is for ${names}`
  throw new CertificateError('certificate_wrong_name', `${message}. Use a certificate for ${host}.`)
}

function findWarnings(chain: X509Certificate[], key: KeyObject, notAfter: number, files: Files): string[] {
  const warnings: string[] = []
  const { asymmetricKeyType } = key
  if (asymmetricKeyType !== 'rsa') {
    warnings.push(`${files.key} is an ${asymmetricKeyType} key: Alexa wants RSA, and account linking may fail.`)
  }
  if (notAfter - files.now < RENEWAL_TIME) {
    const days = Math.floor((notAfter - files.now) / DAY)
    warnings.push(`${files.certificate} expires in ${days} days, on ${dayOf(notAfter)}: check what should renew it.`)
  }
  if (chain.length === 1) {
    warnings.push(`${files.certificate} holds one certificate only: Alexa needs the whole chain (fullchain.pem).`)
  }
  return warnings
}
