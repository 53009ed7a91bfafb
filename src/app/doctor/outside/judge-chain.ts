import type { X509Certificate } from 'node:crypto'
import { coversName, DAY, dayOf, namesOf } from '../../../certificates/server-certificate.ts'
import type { Judged } from './judged.ts'
import { pathToRoot } from './path-to-root.ts'

export interface ChainFacts {
  host: string
  /** As they were sent; at least one. */
  sent: readonly X509Certificate[]
  /** PEM. */
  roots: readonly string[]
  /** Milliseconds since 1970. */
  now: number
}

/** Of its lifetime: what renews itself is renewed at a third. */
const SHARE_LEFT = 1 / 4

export function judgeChain(facts: ChainFacts): Judged[] {
  const { sent, roots } = facts
  const leaf = sent[0] as X509Certificate
  const { path, isTrusted, inOrder } = pathToRoot(sent, roots)
  const found = [
    ...judgeName(facts, leaf),
    ...path.flatMap((one) => judgeDates(facts, one, one === leaf)),
    ...(isTrusted ? [] : [untrusted(path, sent)]),
    ...(inOrder ? [] : [OUT_OF_ORDER]),
    ...judgeKey(leaf),
    ...(isTrusted ? judgeIssuer(path) : []),
  ]
  return found.some(({ verdict }) => verdict === 'fault') ? found : [whatIsGood(leaf, path), ...found]
}

function whatIsGood(leaf: X509Certificate, path: readonly X509Certificate[]): Judged {
  const chain = path.length === 1 ? '' : `, sent with ${path.length - 1} above it`
  return {
    verdict: 'good',
    found: `it is for ${namesOf(leaf).join(', ')}, from ${issuerOf(leaf)}${chain}, until ${dayOf(leaf.validToDate.getTime())}.`,
  }
}

function judgeName({ host }: ChainFacts, leaf: X509Certificate): Judged[] {
  if (coversName(leaf, host)) return []
  const names = namesOf(leaf).join(', ') || 'no name at all'
  return [
    {
      verdict: 'fault',
      found: `it is for ${names}, not for ${host}.`,
      needs: `${host} among the alternative names of the certificate; the common name counts for nothing.`,
      remedy: `have a certificate made for ${host}; where another program answers on 443, see which one:  openssl s_client -connect ${host}:443 -servername ${host}`,
    },
  ]
}

function judgeDates({ now }: ChainFacts, one: X509Certificate, isLeaf: boolean): Judged[] {
  const [from, until] = [one.validFromDate.getTime(), one.validToDate.getTime()]
  const which = isLeaf ? 'it' : `the one above it, ${subjectOf(one)},`
  const needs = 'certificates that are valid now.'
  if (now > until) {
    const remedy = 'renew it, and see why it was not:  npx skillgate log; then reload what serves it.'
    return [{ verdict: 'fault', found: `${which} ended on ${dayOf(until)}; today is ${dayOf(now)}.`, needs, remedy }]
  }
  if (now < from) {
    const remedy = "is this machine's clock right, and was it when the certificate was made?  timedatectl"
    return [
      { verdict: 'fault', found: `${which} begins on ${dayOf(from)} only; today is ${dayOf(now)}.`, needs, remedy },
    ]
  }
  if (until - now > (until - from) * SHARE_LEFT) return []
  const days = Math.floor((until - now) / DAY)
  return [
    {
      verdict: 'attention',
      found: `${which} ends in ${days} ${days === 1 ? 'day' : 'days'}, on ${dayOf(until)}, and was not renewed yet.`,
      needs,
      remedy: 'see that whatever renews it works:  npx skillgate log, or that of certbot or of the proxy.',
    },
  ]
}

/** The last that one gets to either vouches for itself, or names somebody who wasn't sent. */
function untrusted(path: readonly X509Certificate[], sent: readonly X509Certificate[]): Judged {
  const last = path.at(-1) as X509Certificate
  const needs =
    'a chain that is sent whole, up to a root that everybody trusts: Alexa fetches nothing, and warns nobody.'
  // `checkIssued` would ask whether its key may sign certificates, which one for a server need not.
  if (last.subject === last.issuer && last.verify(last.publicKey)) {
    const found = path.length === 1 ? 'it is signed by itself' : `it is from a CA of your own, ${subjectOf(last)}`
    return {
      verdict: 'fault',
      found: `${found}, which nobody but you trusts.`,
      needs,
      remedy:
        'set tls: { source: acme, ... } or tls: { source: files, ... } with a certificate of a public CA, then see whether that is all:  npx skillgate check',
    }
  }
  const count = sent.length === 1 ? 'it is sent alone' : `${sent.length} certificates are sent`
  return {
    verdict: 'fault',
    found: `${count}, and the one of ${issuerOf(last)} is missing: browsers fetch it or remember it, Alexa does neither.`,
    needs,
    remedy:
      'serve the full chain: certbot calls it fullchain.pem (not cert.pem); where the CA sent its chain as another file, put that after the certificate.',
  }
}

const OUT_OF_ORDER: Judged = {
  verdict: 'attention',
  found: 'the certificates are sent in another order than that in which each issued the one before.',
  needs:
    "the server's own first, then each that issued the one before it (RFC 5246 section 7.4.2); some clients accept nothing else.",
  remedy: 'put them into that order in the file that is served.',
}

const RSA_BITS_MINIMUM = 2048

function judgeKey({ publicKey }: X509Certificate): Judged[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = publicKey
  if (type !== 'rsa' || modulusLength >= RSA_BITS_MINIMUM) return []
  return [
    {
      verdict: 'fault',
      found: `its key is RSA of ${modulusLength} bits, which can be broken.`,
      needs: `RSA of ${RSA_BITS_MINIMUM} bits or more.`,
      remedy: 'have a certificate made for a new key.',
    },
  ]
}

/** Amazon's pages on linking say that it can't be used though its root is trusted; people report that it works. */
export function judgeIssuer(path: readonly Pick<X509Certificate, 'issuer'>[]): Judged[] {
  if (!path.some(({ issuer }) => /^O=(?:Let's Encrypt|Internet Security Research Group)$/m.test(issuer ?? '')))
    return []
  return [
    {
      verdict: 'attention',
      found:
        "it is from Let's Encrypt, which Amazon's requirements for linking accounts exclude, though its root is trusted; people report that it works.",
      remedy:
        'nothing, as long as linking works. Where all else is good and it does not, try another CA: ZeroSSL or Google Trust Services, by "tls.directory" and "tls.eab".',
    },
  ]
}

function issuerOf({ issuer }: X509Certificate): string {
  return inALine(issuer)
}

function subjectOf({ subject }: X509Certificate): string {
  return inALine(subject)
}

/** Its common name, where it has one. */
function inALine(name: string | undefined): string {
  return /^CN=(.+)$/m.exec(name ?? '')?.[1] ?? (name?.replaceAll('\n', ', ') || 'somebody without a name')
}
