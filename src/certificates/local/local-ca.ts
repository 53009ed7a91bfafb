import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import forge from 'node-forge'
import type { Environment } from '../../config/environment.ts'
import { commonNameOf, dayOf } from '../server-certificate.ts'
import { CA_LIFE_MS, CLOCK_SKEW_MS, leafEnd } from './lifetimes.ts'

export type RandomBytes = Environment['randomBytes']

// The upper bound of a common name (RFC 5280, ub-common-name).
const COMMON_NAME_LENGTH_LIMIT = 64

type CaOptions = { key: KeyObject; host: string; now: number; randomBytes: RandomBytes; title?: string }

/** A self-signed CA certificate for `key`, in PEM, valid for ten years. @param options `title`: what its name begins with. */
export function makeCaCertificate(options: CaOptions) {
  const { key, host, now, title = 'Skillgate local CA' } = options
  const day = dayOf(now)
  const room = COMMON_NAME_LENGTH_LIMIT - `${title} for  (${day})`.length
  const subject = `${title} for ${host.slice(0, room)} (${day})`
  return makeCertificate({
    ...options,
    publicKey: createPublicKey(key),
    subject,
    issuer: subject,
    end: now - CLOCK_SKEW_MS + CA_LIFE_MS,
    extensions: () => [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ],
  })
}

type LeafOptions = {
  ca: X509Certificate
  caKey: KeyObject
  key: KeyObject
  names: string[]
  now: number
  randomBytes: RandomBytes
}

/** A server certificate for `names`, in PEM, valid for 397 days. */
export function makeLeafCertificate({ ca, caKey, key, names, now, randomBytes }: LeafOptions): string {
  const named = names[0] ?? ''
  return makeCertificate({
    key: caKey,
    now,
    randomBytes,
    publicKey: createPublicKey(key),
    subject: named.length <= COMMON_NAME_LENGTH_LIMIT ? named : 'Skillgate',
    issuer: commonNameOf(ca) ?? '',
    end: leafEnd(now),
    extensions: (issuerKeyId) => [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map(altName) },
      { name: 'subjectKeyIdentifier' },
      // `keyIdentifier: true` would be the leaf's own: forge takes it from the certificate being made.
      { name: 'authorityKeyIdentifier', keyIdentifier: issuerKeyId },
    ],
  })
}

export type CertificateOptions = {
  /** the issuer's */
  key: KeyObject
  publicKey: KeyObject
  subject: string
  issuer: string
  now: number
  end: number
  extensions: (issuerKeyId: string) => object[]
  randomBytes: RandomBytes
}

export function makeCertificate({
  key,
  publicKey,
  subject,
  issuer,
  now,
  end,
  extensions,
  randomBytes,
}: CertificateOptions) {
  const certificate = forge.pki.createCertificate()
  const issuerKey = forge.pki.privateKeyFromPem(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  const issuerPublic = forge.pki.publicKeyFromPem(spkiPem(createPublicKey(key)))
  certificate.publicKey = forge.pki.publicKeyFromPem(spkiPem(publicKey))
  certificate.serialNumber = serialNumber(randomBytes)
  certificate.validity.notBefore = new Date(now - CLOCK_SKEW_MS)
  certificate.validity.notAfter = new Date(end)
  certificate.setSubject([{ name: 'commonName', value: subject }])
  certificate.setIssuer([{ name: 'commonName', value: issuer }])
  const issuerKeyId = forge.pki.getPublicKeyFingerprint(issuerPublic, { type: 'RSAPublicKey' }).getBytes()
  certificate.setExtensions(extensions(issuerKeyId))
  certificate.sign(issuerKey, forge.md.sha256.create())
  // forge ends lines as Windows does, node:crypto as everybody else.
  return forge.pki.certificateToPem(certificate).replaceAll('\r', '')
}

/**
 * A key with its certificate and that of its CA, as iPhones, Android and Windows install it; the oldest of them know no
 * newer encryption than 3DES, so the password has to be one that nobody guesses. @param title what devices call it.
 * @see RFC 7292
 */
export function toPkcs12(key: KeyObject, certificates: string[], password: string, title: string): Buffer {
  const privateKey = forge.pki.privateKeyFromPem(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  const chain = certificates.map((one) => forge.pki.certificateFromPem(one))
  const options = { algorithm: '3des', friendlyName: title, generateLocalKeyId: true } as const
  const bag = forge.pkcs12.toPkcs12Asn1(privateKey, chain, password, options)
  return Buffer.from(forge.asn1.toDer(bag).getBytes(), 'latin1')
}

const spkiPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

const altName = (name: string): object => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })

/** 16 bytes; the top bits 01 make it positive and of full length (RFC 5280 section 4.1.2.2). */
function serialNumber(randomBytes: RandomBytes): string {
  const bytes = Buffer.from(randomBytes(16))
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes.toString('hex')
}
