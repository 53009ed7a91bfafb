import type { KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { CertificateError } from '../certificate-error.ts'
import { readCertificates, readPrivateKey } from '../read-pem.ts'
import {
  certificateName,
  chainToPem,
  coversName,
  DAY,
  dayOf,
  namesOf,
  notAfterOf,
  RENEWAL_TIME,
  type ServerCertificate,
} from '../server-certificate.ts'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const ANY_USAGE = '2.5.29.37.0'

type Files = { certificate: string; key: string; host: string; now: number }

/**
 * The certificate that somebody else keeps fresh (`tls.source: files`), checked before it can replace a working one.
 * @param files paths of the chain and of its key; `host` is what clients will ask for; `now` in milliseconds since 1970
 * @throws CertificateError
 */
export async function certificateFromFiles(files: Files): Promise<ServerCertificate> {
  const [chain, key] = await Promise.all([readCertificates(files.certificate), readPrivateKey(files.key)])
  checkKeyMatches(chain, key, files)
  checkChainOrder(chain, files)
  checkDates(chain, files)
  checkName(chain[0]!, files)
  checkPurpose(chain[0]!, files)
  const certificate = chainToPem(chain)
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  checkUsable(certificate, keyPem, files)
  const notAfter = notAfterOf(chain)
  const warnings = findWarnings(chain, key, notAfter, files)
  return { certificate, key: keyPem, names: namesOf(chain[0]!), notAfter, made: false, warnings }
}

function checkKeyMatches(chain: X509Certificate[], key: KeyObject, files: Files): void {
  const owner = chain.findIndex((certificate) => certificate.checkPrivateKey(key))
  if (owner === 0) return
  if (owner > 0) {
    const order = `The key in ${files.key} belongs to certificate ${owner + 1} in ${files.certificate}`
    throw new CertificateError('chain_out_of_order', `${order}. Put that one first, then the one that issued it.`)
  }
  const mismatch = `The key in ${files.key} does not belong to the certificate in ${files.certificate}`
  throw new CertificateError('key_mismatch', `${mismatch} (${title(chain[0]!)}). Use the two from the same renewal.`)
}

function checkChainOrder(chain: X509Certificate[], { certificate }: Files): void {
  for (const [index, issuer] of chain.slice(1).entries()) {
    const issued = chain[index]!
    if (issued.checkIssued(issuer) && issued.verify(issuer.publicKey)) continue
    const wrong = `Certificate ${index + 2} in ${certificate} (${title(issuer)}) did not issue the one before it`
    const order = 'Put the own certificate first, then each one that issued the one before it.'
    throw new CertificateError('chain_out_of_order', `${wrong} (${title(issued)}). ${order}`)
  }
}

function checkDates(chain: X509Certificate[], { certificate, now }: Files): void {
  for (const [index, one] of chain.entries()) {
    const which = `Certificate ${index + 1} in ${certificate} (${title(one)})`
    if (now < one.validFromDate.getTime()) {
      const message = `${which} is valid only from ${one.validFromDate.toISOString()}; it is ${new Date(now).toISOString()}`
      throw new CertificateError('certificate_not_yet_valid', `${message} now. Check this machine's clock.`)
    }
    if (now > one.validToDate.getTime()) {
      const message = `${which} expired on ${dayOf(one.validToDate.getTime())}; today is ${dayOf(now)}`
      throw new CertificateError('certificate_expired', `${message}. Renew it, and check what should have renewed it.`)
    }
  }
}

function checkName(own: X509Certificate, { certificate, host }: Files): void {
  if (coversName(own, certificateName(host))) return
  const names = namesOf(own).join(', ') || 'no name at all'
  const message = `${certificate} is not for ${host}, the host of public_url; it is for ${names}`
  throw new CertificateError('certificate_wrong_name', `${message}. Use a certificate for ${host}.`)
}

function checkPurpose(own: X509Certificate, { certificate }: Files): void {
  // node:crypto calls the extended key usage `keyUsage`; without the extension every purpose is allowed.
  const usage = own.keyUsage
  if (!usage || usage.includes(SERVER_AUTH) || usage.includes(ANY_USAGE)) return
  const message = `${certificate} is not a certificate for a TLS server (its extended key usage lacks serverAuth)`
  throw new CertificateError('certificate_wrong_purpose', `${message}. Ask the CA for a server certificate.`)
}

function checkUsable(cert: string, key: string, { certificate }: Files): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    const message = `OpenSSL refuses ${certificate}: ${(error as Error).message}`
    throw new CertificateError('certificate_refused', `${message}. Use RSA of 2048 bits or more, with SHA-256.`, error)
  }
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

const title = (certificate: X509Certificate): string => certificate.subject?.replaceAll('\n', ', ') || 'no subject'
