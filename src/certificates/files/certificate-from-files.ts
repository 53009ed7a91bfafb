import type { KeyObject, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { checkChain, checkServable } from '../check-chain.ts'
import { isPublic } from '../is-public.ts'
import { chainToPem, namesOf, notAfterOf, notBeforeOf, type ServerCertificate } from '../server-certificate.ts'
import { checkOwnCertificate } from './check-own-certificate.ts'
import { checkReplacement } from './check-replacement.ts'
import { type CertificateFiles, readChainAndKey } from './read-chain-and-key.ts'

export interface Files extends CertificateFiles {
  /** What the certificate has to be for first of all. */
  host: string
  /** Where `host` is written, for the error. */
  where?: string
  /** All that it should be for. */
  names?: string[]
  /** milliseconds since 1970 */
  now: number
  /** CAs that everybody trusts, PEM; those that Node comes with, if absent. */
  roots?: readonly string[] | undefined
}

/**
 * The certificate that somebody else keeps fresh (`tls.source: files`), checked before it can replace a working one.
 * @param served what the same files held before; at a start nothing is known.
 * @throws CertificateError
 */
export async function certificateFromFiles(files: Files, served?: ServerCertificate): Promise<ServerCertificate> {
  const { host, where = 'the host of public_url', names = [host], now, roots } = files
  const { chain, key } = await readChainAndKey(files)
  checkChain(chain, key, files, now)
  checkOwnCertificate(chain, key, files, { host, where })
  const certificate = chainToPem(chain)
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  checkServable(certificate, keyPem, files)
  if (served && served.certificate !== certificate) {
    checkReplacement(served, { chain, key }, { names, now, origin: files, roots })
  }
  return {
    certificate,
    key: keyPem,
    names: namesOf(chain[0]!),
    notBefore: notBeforeOf(chain),
    notAfter: notAfterOf(chain),
    made: false,
    warnings: findWarnings(chain, key, files),
  }
}

function findWarnings(chain: X509Certificate[], key: KeyObject, files: Files): string[] {
  const warnings: string[] = []
  const { asymmetricKeyType } = key
  if (asymmetricKeyType !== 'rsa') {
    warnings.push(`${files.key} is an ${asymmetricKeyType} key: Alexa wants RSA, and account linking may fail.`)
  }
  if (chain.length === 1) {
    warnings.push(`${files.certificate} holds one certificate only: Alexa needs the whole chain (fullchain.pem).`)
  } else if (!isPublic(chain, files.roots ?? rootCertificates)) {
    const issuer = chain.at(-1)?.issuer.replaceAll('\n', ', ')
    warnings.push(`${files.certificate} is of ${issuer}, whom not everybody trusts: Alexa will not link with it.`)
  }
  return warnings
}
