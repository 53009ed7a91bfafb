import type { X509Certificate } from 'node:crypto'
import { isIP, isIPv6, SocketAddress } from 'node:net'

/** A checked certificate: chain and key belong together, so `cert` and `key` of a TLS context can be set from it. */
export type ServerCertificate = {
  /** PEM, the server's own certificate first */
  certificate: string
  /** PEM, PKCS#8, not encrypted */
  key: string
  /** DNS names and IP addresses of the certificate */
  names: string[]
  /** milliseconds since 1970 when the server's own certificate begins to be good */
  notBefore: number
  /** milliseconds since 1970 when the first certificate of the chain ends */
  notAfter: number
  /** whether anything was made or renewed by this call */
  made: boolean
  /** the CA to trust on other machines; only with the local CA */
  caFile?: string
  /** sentences for the log: it works, but not for everybody or not for long */
  warnings: string[]
}

export const DAY = 86_400_000

export const namesOf = (certificate: X509Certificate): string[] =>
  (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((name) => name.startsWith('DNS:') || name.startsWith('IP Address:'))
    .map((name) => name.slice(name.indexOf(':') + 1))

/** Clients look at the subject alternative names only, never at the common name (RFC 9110 section 4.3.4). */
export const coversName = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name, { subject: 'never' })) !== undefined

/** The one spelling of a name or of a URL's host: `[::1]` and `0:0:0:0:0:0:0:1` are `::1`, and the root's dot is left out. */
export function certificateName(host: string): string {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name
}

/** The common name, if it is the whole subject, as in every CA that was made here. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  return certificate.subject?.match(/^CN=([^\n\\]+)$/)?.[1]
}

export type KeyType = 'rsa' | 'ec' | 'other'

export function keyTypeOf({ publicKey }: X509Certificate): KeyType {
  const type = publicKey.asymmetricKeyType
  return type === 'rsa' || type === 'ec' ? type : 'other'
}

export const notBeforeOf = ([own]: X509Certificate[]): number => own!.validFromDate.getTime()

export const notAfterOf = (chain: X509Certificate[]): number =>
  Math.min(...chain.map((certificate) => certificate.validToDate.getTime()))

export const chainToPem = (chain: X509Certificate[]): string => chain.map((one) => one.toString()).join('')

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
