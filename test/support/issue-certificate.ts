import { createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

export interface CertificateRequest {
  /** common name */
  subject: string
  /** whose certificate this is */
  key: KeyObject
  /** common name of who signs it, and with which key; itself, if absent */
  issuer?: { subject: string; key: KeyObject }
  /** milliseconds since 1970 */
  notBefore: number
  notAfter: number
  /** DNS names and IPv4 addresses; none, if absent */
  names?: string[]
  isCa?: boolean
  /** OIDs of the extended key usage; `serverAuth` if absent, and of a CA none */
  usages?: string[]
  hash?: 'sha1' | 'sha256'
}

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/** Any certificate, good or bad, for RSA and EC keys, as PEM: what is served has to refuse those that a CA would not make. */
export function issueCertificate(request: CertificateRequest): string {
  const { subject, key, issuer = request, notBefore, notAfter, hash = 'sha256' } = request
  const algorithm = algorithmOf(issuer.key, hash)
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name(issuer.subject),
    sequence(time(notBefore), time(notAfter)),
    name(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions(request))),
  )
  const der = sequence(body, algorithm, bits(sign(hash, body, issuer.key)))
  return new X509Certificate(der).toString()
}

function extensions({ names = [], isCa = false, usages = isCa ? [] : [SERVER_AUTH] }: CertificateRequest): Buffer[] {
  const altNames = names.map((one) =>
    isIP(one) === 4 ? element(0x87, Buffer.from(one.split('.').map(Number))) : element(0x82, Buffer.from(one)),
  )
  return [
    extension('2.5.29.19', sequence(...(isCa ? [element(0x01, Buffer.from([0xff]))] : []))),
    ...(altNames.length > 0 ? [extension('2.5.29.17', sequence(...altNames))] : []),
    ...(usages.length > 0 ? [extension('2.5.29.37', sequence(...usages.map(oid)))] : []),
  ]
}

function algorithmOf({ asymmetricKeyType }: KeyObject, hash: 'sha1' | 'sha256'): Buffer {
  if (asymmetricKeyType === 'rsa')
    return sequence(oid(hash === 'sha1' ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11'), element(0x05))
  return sequence(oid(hash === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'))
}

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), element(0x04, value))
const name = (common: string): Buffer =>
  sequence(element(0x31, sequence(oid('2.5.4.3'), element(0x0c, Buffer.from(common)))))
const sequence = (...parts: Buffer[]): Buffer => element(0x30, ...parts)
const tagged = (tag: number, part: Buffer): Buffer => element(0xa0 + tag, part)
const integer = (value: Buffer): Buffer => element(0x02, value)
const bits = (value: Buffer): Buffer => element(0x03, Buffer.from([0]), value)

/** GeneralizedTime, whatever the year: OpenSSL reads it before 2050 too. */
const time = (at: number): Buffer =>
  element(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const septets = [number & 0x7f]
    for (let left = number >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80)
    return septets
  })
  return element(0x06, Buffer.from(bytes))
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
