import { X509Certificate } from 'node:crypto'

/** The CAs that are believed without anybody vouching for them. */
export interface TrustedRoots {
  /** Those that could have issued it, by its own word. */
  issuersOf: (certificate: X509Certificate) => X509Certificate[]
}

/** @param certificates in PEM. They are read when they are needed first: most gateways never do. */
export function trustedRoots(certificates: readonly string[]): TrustedRoots {
  let bySubject: Map<string, X509Certificate[]> | undefined
  return {
    issuersOf({ issuer }) {
      bySubject ??= Map.groupBy(
        certificates.map((pem) => new X509Certificate(pem)),
        ({ subject }) => subject,
      )
      return bySubject.get(issuer) ?? []
    },
  }
}
