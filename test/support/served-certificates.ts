import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { issueCertificate } from './issue-certificate.ts'

export const HOST = 'dev.example'
export const DAY = 86_400_000
const issuer = { subject: 'Issuing CA', key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
export const keyPem = (one: KeyObject = key): string => one.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A certificate of a CA with its chain, as PEM; a different one each time. @param now milliseconds since 1970 */
export function chainFor(
  now: number,
  { names = [HOST], days = 90, of = key }: { names?: string[]; days?: number; of?: KeyObject } = {},
): string {
  const dates = { notBefore: now, notAfter: now + days * DAY }
  const subject = names[0] as string
  const ca = issueCertificate({ ...issuer, notBefore: now, notAfter: now + 3650 * DAY, isCa: true })
  return issueCertificate({ subject, key: of, issuer, names, ...dates }) + ca
}

/** What a source would bring of it. */
export function servedOf(chain: string, of: KeyObject = key) {
  const own = new X509Certificate(chain)
  return {
    certificate: chain,
    key: keyPem(of),
    names: (own.subjectAltName ?? '').split(', ').map((name) => name.replace('DNS:', '')),
    notBefore: own.validFromDate.getTime(),
    notAfter: own.validToDate.getTime(),
    made: false,
    warnings: [],
  }
}
