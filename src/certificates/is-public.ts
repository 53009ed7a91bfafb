import { X509Certificate } from 'node:crypto'

/**
 * Whether everybody trusts a chain: one of its certificates is signed by a root that browsers come with, or is that root.
 * The last one needn't be: some chains go on to an older root that has ended. The order was checked before.
 * @param roots in PEM. They are read each time, for keeping them would take more memory than anybody misses the time.
 */
export function isPublic(chain: X509Certificate[], roots: readonly string[]): boolean {
  if (chain.slice(1).some(({ ca }) => !ca)) return false
  return roots.some((pem) => {
    const root = new X509Certificate(pem)
    return chain.some((one) => isIssuedBy(one, root) || one.fingerprint256 === root.fingerprint256)
  })
}

function isIssuedBy(certificate: X509Certificate, root: X509Certificate): boolean {
  return certificate.issuer === root.subject && certificate.verify(root.publicKey)
}
