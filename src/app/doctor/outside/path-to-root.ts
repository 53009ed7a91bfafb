import { X509Certificate } from 'node:crypto'

/** From a server's certificate as far up as one gets with what it sent. */
export interface PathToRoot {
  /** The server's first, without the root. */
  path: X509Certificate[]
  /** Whether a root that the world trusts has issued the last of them. */
  isTrusted: boolean
  /** Whether what was sent stands in the order of the path. */
  inOrder: boolean
}

/** No chain of a CA is half as long; whoever sends hundreds would have each of them compared with all others. */
const LONGEST_PATH = 12

/**
 * As a client goes that fetches nothing: only with what was sent, up to one of the roots.
 * @param sent the server's own first; at least one. @param roots in PEM.
 * @see RFC 5246 section 7.4.2, RFC 5280 section 6.1
 */
export function pathToRoot(sent: readonly X509Certificate[], roots: readonly string[]): PathToRoot {
  const path = [sent[0] as X509Certificate]
  const trusted = trustedRoots(roots)
  for (;;) {
    const last = path.at(-1) as X509Certificate
    if (trusted.some((root) => root.fingerprint256 === last.fingerprint256 || hasIssued(root, last)))
      return { path, isTrusted: true, inOrder: isInOrder(path, sent) }
    const next =
      path.length >= LONGEST_PATH ? undefined : sent.find((one) => !path.includes(one) && hasIssued(one, last))
    if (!next) return { path, isTrusted: false, inOrder: isInOrder(path, sent) }
    path.push(next)
  }
}

function isInOrder(path: readonly X509Certificate[], sent: readonly X509Certificate[]): boolean {
  return path.every((one, index) => sent[index] === one)
}

const read = new WeakMap<readonly string[], X509Certificate[]>()

function trustedRoots(roots: readonly string[]): X509Certificate[] {
  const known = read.get(roots) ?? roots.map((pem) => new X509Certificate(pem))
  read.set(roots, known)
  return known
}

/** The right to issue is asked for too, where the issuer says what its key is for. */
function hasIssued(issuer: X509Certificate, one: X509Certificate): boolean {
  try {
    return issuer.ca && one.checkIssued(issuer) && one.verify(issuer.publicKey)
  } catch {
    return false
  }
}
