import type { KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { tlsPolicy } from '../net/tls-policy.ts'
import { CertificateError } from './certificate-error.ts'
import { dayOf } from './server-certificate.ts'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const ANY_USAGE = '2.5.29.37.0'

/** How the errors call what is checked: paths, or the source that brought it. */
export type Origin = { certificate: string; key: string }

/**
 * That the key is the first certificate's, each certificate issued the one before it, and all of them are good now.
 * @param now milliseconds since 1970
 * @throws CertificateError key_mismatch, certificate_missing, chain_out_of_order, certificate_not_yet_valid, certificate_expired
 */
export function checkChain(chain: X509Certificate[], key: KeyObject, origin: Origin, now: number): void {
  checkKeyMatches(chain, key, origin)
  checkChainOrder(chain, origin)
  checkDates(chain, origin, now)
}

function checkKeyMatches(chain: X509Certificate[], key: KeyObject, origin: Origin): void {
  const owner = chain.findIndex((certificate) => certificate.checkPrivateKey(key))
  if (owner === 0) return
  if (owner > 0) {
    const order = `The key in ${origin.key} belongs to certificate ${owner + 1} in ${origin.certificate}`
    throw new CertificateError('chain_out_of_order', `${order}. Put that one first, then the one that issued it.`)
  }
  if (chain.every(({ ca }) => ca)) {
    const found = `${origin.certificate} holds certificates of CAs only (${chain.map(title).join('; ')})`
    const remedy = 'Put the one that they made for this server first (fullchain.pem).'
    throw new CertificateError('certificate_missing', `${found}. ${remedy}`)
  }
  const mismatch = `The key in ${origin.key} does not belong to the certificate in ${origin.certificate}`
  throw new CertificateError('key_mismatch', `${mismatch} (${title(chain[0]!)}). Use the two from the same renewal.`)
}

function checkChainOrder(chain: X509Certificate[], { certificate }: Origin): void {
  for (const [index, issuer] of chain.slice(1).entries()) {
    const issued = chain[index]!
    if (issued.checkIssued(issuer) && issued.verify(issuer.publicKey)) continue
    const wrong = `Certificate ${index + 2} in ${certificate} (${title(issuer)}) did not issue the one before it`
    const order = 'Put the own certificate first, then each one that issued the one before it.'
    throw new CertificateError('chain_out_of_order', `${wrong} (${title(issued)}). ${order}`)
  }
}

function checkDates(chain: X509Certificate[], { certificate }: Origin, now: number): void {
  for (const [index, one] of chain.entries()) {
    const which = `Certificate ${index + 1} in ${certificate} (${title(one)})`
    if (now < one.validFromDate.getTime()) {
      const message = `${which} is valid only from ${one.validFromDate.toISOString()}; it is ${new Date(now).toISOString()}`
      const words = `${message} now. Check this machine's clock.`
      throw new CertificateError('certificate_not_yet_valid', words, undefined, `${which} ${one.validFrom}`)
    }
    if (now > one.validToDate.getTime()) {
      const message = `${which} expired on ${dayOf(one.validToDate.getTime())}; today is ${dayOf(now)}`
      const words = `${message}. Renew it, and check what should have renewed it.`
      throw new CertificateError('certificate_expired', words, undefined, `${which} ${one.validTo}`)
    }
  }
}

/** @throws CertificateError certificate_wrong_purpose */
export function checkPurpose(own: X509Certificate, { certificate }: Origin): void {
  // node:crypto calls the extended key usage `keyUsage`; without the extension every purpose is allowed.
  const usage = own.keyUsage
  if (!usage || usage.includes(SERVER_AUTH) || usage.includes(ANY_USAGE)) return
  const message = `${certificate} is not a certificate for a TLS server (its extended key usage lacks serverAuth)`
  throw new CertificateError('certificate_wrong_purpose', `${message}. Ask the CA for a server certificate.`)
}

/**
 * That OpenSSL takes a chain and a key that were checked: it takes a certificate without its key as well, or nothing at
 * all, and fails at each handshake then.
 * @throws CertificateError certificate_refused
 */
export function checkServable(cert: string, key: string, { certificate }: Origin): void {
  try {
    createSecureContext({ ...tlsPolicy('modern'), cert, key })
  } catch (error) {
    const message = `OpenSSL refuses ${certificate}: ${(error as Error).message}`
    throw new CertificateError('certificate_refused', `${message}. Use RSA of 2048 bits or more, with SHA-256.`, error)
  }
}

/** Whose it is, in one line. */
export const title = (certificate: X509Certificate): string =>
  certificate.subject?.replaceAll('\n', ', ') || 'no subject'
