import { type KeyObject, X509Certificate } from 'node:crypto'
import { GatewayError } from '../../http/gateway-error.ts'
import { EXTENSIONS, extensionsOf, maySignData, pathLengthOf } from './certificate-extensions.ts'
import { refuse } from './refuse.ts'
import type { TrustedRoots } from './trusted-roots.ts'

/** Whom Amazon's certificates for signing are for. */
const SIGNER = 'echo-api.amazon.com'
const BLOCKS = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g
const CHAIN_LIMIT = 8
const KEY_BITS_MINIMUM = 2048
/** Curves of CAs, as the public web has them. */
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
/** What certificates may be signed by; of PSS node:crypto doesn't tell with which digest. */
const ALGORITHMS = /^(?:sha(?:256|384|512)WithRSAEncryption|ecdsa-with-SHA(?:256|384|512))$/
const SERVER_AUTH = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']

/** What may be critical, for it is looked at here or means nothing here. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSIONS.basicConstraints,
  EXTENSIONS.keyUsage,
  EXTENSIONS.extendedKeyUsage,
  EXTENSIONS.subjectAltName,
  EXTENSIONS.certificatePolicies,
])

/** What Amazon signs with. */
export interface SigningKey {
  key: KeyObject
  /** When all certificates that vouch for it are good. Milliseconds since 1970. */
  from: number
  until: number
}

/**
 * Whether a chain is Amazon's for signing: from a certificate for `echo-api.amazon.com` to a root that is trusted, each
 * issued by the next, and all of them good now. What comes after the first that a trusted root has issued doesn't count.
 * @param pem the signer's first. @param now milliseconds since 1970.
 * @throws GatewayError skill_request_refused
 * @see RFC 5280 section 6.1
 */
export function checkChain(pem: string, roots: TrustedRoots, now: number): SigningKey {
  const chain = readChain(pem)
  try {
    return checkCertificates(chain, roots, now)
  } catch (error) {
    if (error instanceof GatewayError) throw error
    // What OpenSSL has let pass, and can't be read after all.
    return refuse('chain-malformed', (error as Error).message)
  }
}

function checkCertificates(chain: X509Certificate[], roots: TrustedRoots, now: number): SigningKey {
  const signer = chain[0] as X509Certificate
  checkDates(signer, now)
  checkSigner(signer)
  const path = pathToRoot(chain, roots, now)
  for (const [index, one] of path.entries()) {
    checkDates(one, now)
    if (index > 0) checkAuthority(one, index - 1)
    // A root vouches for itself by being trusted.
    if (index === path.length - 1) continue
    checkUnderstood(one)
    // A CA that may only issue certificates for mail makes none for servers, though it says so in them.
    checkPurpose(one)
    checkStrength(one)
  }
  return {
    key: signer.publicKey,
    from: Math.max(...path.map(({ validFromDate }) => validFromDate.getTime())),
    until: Math.min(...path.map(({ validToDate }) => validToDate.getTime())),
  }
}

function readChain(pem: string): X509Certificate[] {
  const blocks = pem.match(BLOCKS) ?? []
  if (blocks.length === 0 || blocks.length > CHAIN_LIMIT) refuse('chain-malformed', `${blocks.length} certificates`)
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (error) {
    return refuse('chain-malformed', (error as Error).message)
  }
}

function checkDates(certificate: X509Certificate, now: number): void {
  const { validFromDate, validToDate } = certificate
  if (now < validFromDate.getTime())
    refuse('certificate-not-yet-valid', `${nameOf(certificate)} from ${validFromDate.toISOString()}`)
  if (now > validToDate.getTime())
    refuse('certificate-expired', `${nameOf(certificate)} until ${validToDate.toISOString()}`)
}

/** What the first certificate has to be. Its common name counts for nothing. */
function checkSigner(signer: X509Certificate): void {
  if (signer.checkHost(SIGNER, { subject: 'never', wildcards: false }) === undefined)
    refuse('certificate-name', signer.subjectAltName ?? 'it has none')
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = signer.publicKey
  if (type !== 'rsa' || (details?.modulusLength ?? 0) < KEY_BITS_MINIMUM)
    refuse('certificate-key', `${type} of ${details?.modulusLength} bits`)
  checkPurpose(signer)
  const usage = extensionsOf(signer).get(EXTENSIONS.keyUsage)
  if (usage && !maySignData(usage)) refuse('certificate-purpose', 'its key may not sign')
}

/** node:crypto calls the extended key usage `keyUsage`; without the extension every purpose is allowed. */
function checkPurpose({ keyUsage: purposes }: X509Certificate): void {
  if (purposes && !SERVER_AUTH.some((purpose) => purposes.includes(purpose)))
    refuse('certificate-purpose', `for ${purposes.join()}`)
}

/** From the signer's to a root's. */
function pathToRoot(chain: X509Certificate[], roots: TrustedRoots, now: number): X509Certificate[] {
  for (const [index, one] of chain.entries()) {
    const root = roots.issuersOf(one).find((candidate) => hasIssued(candidate, one) && isValid(candidate, now))
    if (root && root.fingerprint256 !== one.fingerprint256) return [...chain.slice(0, index + 1), root]
    const next = chain[index + 1]
    if (next && !hasIssued(next, one)) refuse('chain-broken', `${nameOf(next)} did not issue ${nameOf(one)}`)
  }
  return refuse('root-not-trusted', `${nameOf(chain.at(-1) as X509Certificate)} is the last`)
}

/** `checkIssued` also asks for the right to sign certificates, where the issuer says what its key is for. */
function hasIssued(issuer: X509Certificate, one: X509Certificate): boolean {
  try {
    return one.checkIssued(issuer) && one.verify(issuer.publicKey)
  } catch {
    return false
  }
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return now >= validFromDate.getTime() && now <= validToDate.getTime()
}

/** @param below how many other CAs stand below it. */
function checkAuthority(issuer: X509Certificate, below: number): void {
  if (!issuer.ca) refuse('chain-broken', `${nameOf(issuer)} is no CA`)
  const constraints = extensionsOf(issuer).get(EXTENSIONS.basicConstraints)
  const most = constraints && pathLengthOf(constraints)
  if (most !== undefined && below > most) refuse('chain-broken', `${nameOf(issuer)} may have ${most} CAs below it`)
}

/** A key that can be broken could sign anything, wherever it stands. */
function checkStrength(certificate: X509Certificate): void {
  const { publicKey, signatureAlgorithm = 'something unknown' } = certificate
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0, namedCurve = '' } = {} } = publicKey
  if (!(type === 'ec' ? CURVES.has(namedCurve) : type === 'rsa' && modulusLength >= KEY_BITS_MINIMUM))
    refuse('certificate-key', `${nameOf(certificate)}: ${type}, ${namedCurve || `${modulusLength} bits`}`)
  if (!ALGORITHMS.test(signatureAlgorithm))
    refuse('chain-broken', `${nameOf(certificate)} is signed by ${signatureAlgorithm}`)
}

function checkUnderstood(certificate: X509Certificate): void {
  for (const [id, { critical }] of extensionsOf(certificate)) {
    // Where a CA may issue for some names only, we don't know for which.
    if ((critical && !UNDERSTOOD.has(id)) || id === EXTENSIONS.nameConstraints)
      refuse('chain-broken', `${nameOf(certificate)} has the extension ${id}, which is not understood here`)
  }
}

function nameOf({ subject }: X509Certificate): string {
  return subject?.replaceAll('\n', ', ') || 'a certificate without a subject'
}
