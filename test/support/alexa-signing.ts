import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import forge from 'node-forge'

export const DAY_MS = 86_400_000
export const SKILL = 'amzn1.ask.skill.0000aaaa-1111-2222-3333-444455556666'
export const CHAIN_URL = 'https://s3.amazonaws.com/echo.api/echo-api-cert-13.pem'

/** A certificate in PEM, and what it takes to issue others by it. */
export interface Issued {
  pem: string
  key: KeyObject
  subject: string
}

interface CertificateOptions {
  subject?: string
  /** Itself, if absent. */
  issuer?: Issued
  key?: KeyObject
  names?: string[]
  ca?: boolean
  from?: number
  until?: number
  pathLength?: number
  /** Instead of those that such a certificate has. */
  extensions?: object[]
  digest?: 'sha1' | 'sha256'
}

export function newKey(modulusLength = 2048): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey
}

/** Two keys for all certificates of a test: making them takes longer than all the rest. */
const KEYS = { ca: newKey(), signer: newKey() }

export function makeCertificate(options: CertificateOptions): Issued {
  const { ca = false, issuer, names = ['echo-api.amazon.com'], digest = 'sha256' } = options
  const { subject = ca ? 'Test CA' : 'echo-api.amazon.com', key = ca ? KEYS.ca : KEYS.signer } = options
  const now = Date.now()
  const { from = now - DAY_MS, until = now + 30 * DAY_MS } = options
  const certificate = forge.pki.createCertificate()
  const inForge = (one: KeyObject) =>
    forge.pki.privateKeyFromPem(one.export({ type: 'pkcs8', format: 'pem' }).toString())
  const own = inForge(key) as forge.pki.rsa.PrivateKey
  certificate.publicKey = forge.pki.setRsaPublicKey(own.n, own.e)
  certificate.serialNumber = `4${randomBytes(10).toString('hex').slice(1)}`
  certificate.validity.notBefore = new Date(from)
  certificate.validity.notAfter = new Date(until)
  certificate.setSubject([{ name: 'commonName', value: subject }])
  certificate.setIssuer([{ name: 'commonName', value: issuer?.subject ?? subject }])
  certificate.setExtensions(options.extensions ?? (ca ? ofCa(options) : ofSigner(names)))
  certificate.sign(inForge(issuer?.key ?? key), forge.md[digest].create())
  return { pem: forge.pki.certificateToPem(certificate).replaceAll('\r', ''), key, subject }
}

export function ofCa({ pathLength }: Pick<CertificateOptions, 'pathLength'> = {}): object[] {
  return [
    {
      name: 'basicConstraints',
      cA: true,
      critical: true,
      ...(pathLength === undefined ? {} : { pathLenConstraint: pathLength }),
    },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]
}

export function ofSigner(names = ['echo-api.amazon.com']): object[] {
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
  ]
}

/** A root, a CA below it, and Amazon's certificate: what Amazon signs with, as far as a gateway can tell that trusts the root. @param ofCas what is different about those two. */
export function makeAmazon(change: CertificateOptions = {}, ofCas: CertificateOptions = {}) {
  const root = makeCertificate({ ...ofCas, ca: true, subject: 'Test Root' })
  const middle = makeCertificate({ ...ofCas, ca: true, subject: 'Test CA', key: MIDDLE_KEY, issuer: root })
  const signer = makeCertificate({ issuer: middle, ...change })
  return { root, middle, signer, chain: signer.pem + middle.pem }
}

const MIDDLE_KEY = newKey()

export function signatureOf(body: string | Uint8Array, { key }: Pick<Issued, 'key'>): string {
  return sign('RSA-SHA256', Buffer.from(body), key).toString('base64')
}

export interface SkillRequestOptions {
  type?: string
  token?: string | null
  /** Milliseconds since 1970. */
  at?: number
  locale?: string
  skill?: string
  userId?: string
  /** Of `request`. */
  more?: object
}

/** What a custom skill is sent. */
export function skillRequest(options: SkillRequestOptions = {}): Record<string, unknown> {
  const { type = 'LaunchRequest', token, at = Date.now(), locale = 'en-AU', skill = SKILL } = options
  const user = {
    userId: options.userId ?? 'amzn1.ask.account.X',
    ...(token === undefined ? {} : { accessToken: token }),
  }
  const application = { applicationId: skill }
  return {
    version: '1.0',
    session: { new: true, application, user },
    context: { System: { application, user } },
    request: {
      type,
      requestId: `r.${randomBytes(8).toString('hex')}`,
      timestamp: new Date(at).toISOString(),
      locale,
      ...options.more,
    },
  }
}

/** The headers that Amazon sends with a body. */
export function signedHeaders(body: string | Uint8Array, signer: Pick<Issued, 'key'>, url = CHAIN_URL): string[] {
  return ['Content-Type', 'application/json', 'SignatureCertChainUrl', url, 'Signature-256', signatureOf(body, signer)]
}
