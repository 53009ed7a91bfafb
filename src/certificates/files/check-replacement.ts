import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { CertificateError } from '../certificate-error.ts'
import { type Origin, title } from '../check-chain.ts'
import { isPublic } from '../is-public.ts'
import { parseCertificates } from '../read-pem.ts'
import { notAfterOf, type ServerCertificate } from '../server-certificate.ts'
import { isFor } from './check-own-certificate.ts'

interface Pair {
  chain: X509Certificate[]
  key: KeyObject
}

interface Options {
  /** All names that the certificate is wanted for. */
  names: string[]
  /** milliseconds since 1970 */
  now: number
  origin: Origin
  /** PEM; those that Node comes with, if absent. */
  roots: readonly string[] | undefined
}

/**
 * That what comes is not weaker than what is served. At a start nothing is served, so a restart takes what is there; so
 * does a gateway whose certificate has ended, for anything is better than that.
 * @param served what the same files held before
 * @throws CertificateError certificate_weaker
 */
export function checkReplacement(
  served: Pick<ServerCertificate, 'certificate' | 'key'>,
  next: Pair,
  options: Options,
): void {
  const { certificate } = options.origin
  const before = { chain: parseCertificates(served.certificate, 'what is served'), key: createPrivateKey(served.key) }
  if (options.now > notAfterOf(before.chain)) return
  const weakness =
    lostName(before.chain, next.chain, options.names) ??
    weakerKey(before.key, next.key) ??
    weakerChain(before.chain, next.chain, options.roots ?? rootCertificates)
  if (!weakness) return
  const remedy = 'If that is meant, restart Skillgate: a start takes what is there.'
  throw new CertificateError(
    'certificate_weaker',
    `${certificate} is weaker than what is served: ${weakness}. ${remedy}`,
  )
}

function lostName([before]: X509Certificate[], [next]: X509Certificate[], names: string[]): string | undefined {
  const lost = names.filter((name) => before && next && isFor(before, name) && !isFor(next, name))
  return lost.length > 0 ? `it is no longer for ${lost.join(', ')}` : undefined
}

function weakerKey(before: KeyObject, next: KeyObject): string | undefined {
  const [was, is] = [strengthOf(before), strengthOf(next)]
  if (was.type === 'rsa' && is.type !== 'rsa') {
    return `its key is ${is.words}, where ${was.words} was served, and Alexa’s older clients want RSA (certbot: --key-type rsa)`
  }
  return was.type === is.type && is.bits < was.bits
    ? `its key is ${is.words}, where ${was.words} was served`
    : undefined
}

function strengthOf({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject) {
  const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {}
  const bits = modulusLength ?? Number(namedCurve?.match(/\d{3}/)?.[0] ?? 0)
  return { type, bits, words: `${type === 'rsa' ? 'RSA' : 'EC'} of ${bits} bits` }
}

function weakerChain(before: X509Certificate[], next: X509Certificate[], roots: readonly string[]): string | undefined {
  const last = next.at(-1) as X509Certificate
  const issuer = last.issuer.replaceAll('\n', ', ')
  if (isPublic(next, roots)) return undefined
  if (next.length === 1 && before.length > 1) {
    return `its chain is not complete, for the certificate of ${issuer} is missing (fullchain.pem has it)`
  }
  if (!isPublic(before, roots)) return undefined
  return `its chain ends with ${title(last)}, made by ${issuer}, whom not everybody trusts, while what is served is trusted by everybody`
}
