import type { SecureContext } from 'node:tls'
import type { Environment } from '../config/environment.ts'
import { CertificateError } from './certificate-error.ts'
import { checkChain, checkPurpose, secureContextOf } from './check-chain.ts'
import { parseCertificates, parsePrivateKey } from './read-pem.ts'
import {
  certificateName,
  chainToPem,
  namesOf,
  notAfterOf,
  notBeforeOf,
  type ServerCertificate,
} from './server-certificate.ts'

export interface CertificateStore {
  /**
   * What to serve to whoever asks for this name: the certificate with exactly that name, else one for `*` in place of its
   * first label, else the default, which is the first one pushed. For an `SNICallback`, so it never throws.
   * @param serverName whatever the client sent as SNI. @returns undefined only while there is no certificate at all.
   */
  contextFor: (serverName: string | undefined) => SecureContext | undefined
  /** The default in PEM, for `setSecureContext`: who sends no SNI never gets to the `SNICallback`. */
  defaultMaterial: () => { cert: string; key: string } | undefined
  /**
   * Puts these in the place of all that the source pushed before. All are checked first; if one isn't good, or if none
   * would be left to serve, everything stays as it was. Connections and sessions aren't touched.
   * @throws CertificateError
   */
  push: (source: string, certificates: ServerCertificate[]) => void
  /**
   * Puts these in the place of all that there were, by the names of their sources; the default is the first. Where there
   * is nothing in them, what was served goes on being served. All or nothing, like `push`.
   * @throws CertificateError
   */
  replace: (bySource: Map<string, ServerCertificate[]>) => void
  list: () => ListedCertificate[]
  /** @param listener is called after each push that changed what is served; must not throw. @returns what ends this. */
  onChange: (listener: () => void) => () => void
}

/** What there is to tell about a certificate that is served; nothing secret. */
export interface ListedCertificate {
  source: string
  /** DNS names and IP addresses, as in the certificate */
  names: string[]
  /** milliseconds since 1970 when the server's own certificate begins to be good */
  notBefore: number
  /** milliseconds since 1970 when the first certificate of the chain ends */
  notAfter: number
  /** whether it is the one for unknown names and for clients without SNI */
  isDefault: boolean
}

interface Served extends Omit<ListedCertificate, 'isDefault'> {
  cert: string
  key: string
  context: SecureContext
}

/** Longer than any DNS name (RFC 1035 section 2.3.4) with its dot at the end. */
const NAME_LIMIT_CHARACTERS = 255

/** The certificates that are served, by name. Sources push what they have; listeners ask. */
export function openCertificateStore({ now }: Pick<Environment, 'now'>): CertificateStore {
  let bySource = new Map<string, Served[]>()
  // Of several with one name the first is served; the list is for key types side by side.
  let byName = new Map<string, Served[]>()
  let first: Served | undefined
  const listeners = new Set<() => void>()

  function find(serverName: string): Served | undefined {
    if (serverName.length > NAME_LIMIT_CHARACTERS) return undefined
    const name = certificateName(serverName)
    return (byName.get(name) ?? byName.get(name.replace(/^[^.]+(?=\.)/, '*')))?.[0]
  }

  function push(source: string, certificates: ServerCertificate[]): void {
    const before = bySource.get(source) ?? []
    const served = certificates.map((certificate) => check(source, certificate, before, now()))
    const after = new Map(bySource).set(source, served)
    if (first && [...after.values()].flat().length === 0) {
      throw new CertificateError('nothing_left', `Without those of ${source} there is no certificate to serve.`)
    }
    serve(after)
  }

  function replace(wanted: Map<string, ServerCertificate[]>): void {
    const time = now()
    const after = new Map<string, Served[]>()
    for (const [source, certificates] of wanted) {
      const before = bySource.get(source) ?? []
      after.set(
        source,
        certificates.map((certificate) => check(source, certificate, before, time)),
      )
    }
    if ([...after.values()].flat().length > 0) serve(after)
  }

  function serve(after: Map<string, Served[]>): void {
    const [before, all] = [[...bySource.values()].flat(), [...after.values()].flat()]
    bySource = after
    byName = indexed(all)
    first = all[0]
    if (all.length !== before.length || all.some((one, index) => one !== before[index])) {
      for (const listener of listeners) listener()
    }
  }

  return {
    contextFor: (serverName) => ((typeof serverName === 'string' && find(serverName)) || first)?.context,
    defaultMaterial: () => first && { cert: first.cert, key: first.key },
    push,
    replace,
    list: () =>
      [...bySource.values()].flat().map((one) => {
        const { source, names, notBefore, notAfter } = one
        return { source, names, notBefore, notAfter, isDefault: one === first }
      }),
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function indexed(all: Served[]): Map<string, Served[]> {
  const byName = new Map<string, Served[]>()
  for (const served of all) {
    for (const name of new Set(served.names.map(certificateName))) {
      byName.set(name, [...(byName.get(name) ?? []), served])
    }
  }
  return byName
}

/** @param before what the source has now: a certificate that is in it keeps its context. @throws CertificateError */
function check(source: string, { certificate, key }: ServerCertificate, before: Served[], now: number): Served {
  const origin = { certificate: `what ${source} brought`, key: `what ${source} brought` }
  const chain = parseCertificates(certificate, origin.certificate)
  const privateKey = parsePrivateKey(key, origin.key)
  checkChain(chain, privateKey, origin, now)
  checkPurpose(chain[0]!, origin)
  const cert = chainToPem(chain)
  const same = before.find((one) => one.cert === cert && one.key === key)
  if (same) return same
  const context = secureContextOf(cert, key, origin)
  return {
    source,
    names: namesOf(chain[0]!),
    notBefore: notBeforeOf(chain),
    notAfter: notAfterOf(chain),
    cert,
    key,
    context,
  }
}
