import type { X509Certificate } from 'node:crypto'
import { isPublic } from './is-public.ts'
import { namesOf, notAfterOf } from './server-certificate.ts'

/** What people want to know of a certificate that is served. */
export interface CertificateFacts {
  names: string[]
  /** Such as `RSA 2048` or `EC P-256`. */
  key: string
  issuer: string
  /** Milliseconds since 1970. */
  notAfter: number
  /** Of the certificate itself. Milliseconds. */
  lifeMs: number
  /** Whether everybody trusts it. */
  isPublic: boolean
}

/** @param chain the server's own first, in order. @param roots in PEM, those that everybody trusts. */
export function certificateFacts(chain: X509Certificate[], roots: readonly string[]): CertificateFacts {
  const own = chain[0] as X509Certificate
  return {
    names: namesOf(own),
    key: kindOfKey(own),
    issuer: issuerOf(own),
    notAfter: notAfterOf(chain),
    lifeMs: own.validToDate.getTime() - own.validFromDate.getTime(),
    isPublic: isPublic(chain, roots),
  }
}

/** As people call them, by OpenSSL's names. */
const CURVES: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

function kindOfKey({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  if (modulusLength !== undefined) return `RSA ${modulusLength}`
  return namedCurve === undefined ? String(publicKey.asymmetricKeyType) : `EC ${CURVES[namedCurve] ?? namedCurve}`
}

/** The organization, where there is one, and the name. */
function issuerOf({ issuer }: X509Certificate): string {
  const part = (key: string) =>
    issuer
      ?.split('\n')
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1)
  return [part('O'), part('CN')].filter(Boolean).join(', ') || issuer?.replaceAll('\n', ', ') || 'nobody'
}
