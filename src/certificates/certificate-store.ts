import { rootCertificates } from 'node:tls'
import type { Environment } from '../config/environment.ts'
import { CertificateError } from './certificate-error.ts'
import { checkChain, checkPurpose, checkServable } from './check-chain.ts'
import { isPublic } from './is-public.ts'
import { parseCertificates, parsePrivateKey } from './read-pem.ts'
import {
  type CertificateIndex,
  indexCertificates,
  type Servable,
  type ServedCertificates,
} from './served-certificates.ts'
import {
  chainToPem,
  type KeyType,
  keyTypeOf,
  namesOf,
  notAfterOf,
  type ServerCertificate,
} from './server-certificate.ts'

export interface CertificateStore {
  /**
   * What to serve to whoever asks for this name: what is for exactly that name, else what is for `*` in place of its first
   * label. To whoever asks for none: the default, which is the first one pushed. The same object until something else is
   * served.
   * @param serverName whatever the client sent as SNI. @returns undefined where no certificate is for it.
   */
  find: (serverName: string | undefined) => ServedCertificates | undefined
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
  /** what kind of key it has */
  keyType: KeyType
  /** milliseconds since 1970 when the first certificate of the chain ends */
  notAfter: number
  /** whether clients that ask for no name get it */
  isDefault: boolean
}

interface Served extends Omit<ListedCertificate, 'isDefault'>, Servable {}

export interface StoreOptions extends Pick<Environment, 'now'> {
  /** In PEM: whom every browser trusts. */
  publicRoots?: readonly string[] | undefined
}

/** The certificates that are served, by name. Sources push what they have; listeners ask. */
export function openCertificateStore({ now, publicRoots = rootCertificates }: StoreOptions): CertificateStore {
  let bySource = new Map<string, Served[]>()
  let index: CertificateIndex = indexCertificates([])
  let lastId = 0
  const listeners = new Set<() => void>()

  function push(source: string, certificates: ServerCertificate[]): void {
    const before = bySource.get(source) ?? []
    const served = certificates.map((certificate) => check(source, certificate, before))
    const after = new Map(bySource).set(source, served)
    if (index.default && [...after.values()].flat().length === 0) {
      throw new CertificateError('nothing_left', `Without those of ${source} there is no certificate to serve.`)
    }
    serve(after)
  }

  function replace(wanted: Map<string, ServerCertificate[]>): void {
    const after = new Map<string, Served[]>()
    for (const [source, certificates] of wanted) {
      const before = bySource.get(source) ?? []
      const served = certificates.map((certificate) => check(source, certificate, before))
      after.set(source, served)
    }
    if ([...after.values()].flat().length > 0) serve(after)
  }

  /** @param before what the source has now: a certificate that is in it stays what it is. @throws CertificateError */
  function check(source: string, { certificate, key }: ServerCertificate, before: Served[]): Served {
    const origin = { certificate: `what ${source} brought`, key: `what ${source} brought` }
    const chain = parseCertificates(certificate, origin.certificate)
    const privateKey = parsePrivateKey(key, origin.key)
    checkChain(chain, privateKey, origin, now())
    const own = chain[0]!
    checkPurpose(own, origin)
    const cert = chainToPem(chain)
    const same = before.find((one) => one.cert === cert && one.key === key)
    if (same) return same
    checkServable(cert, key, origin)
    return {
      id: ++lastId,
      source,
      names: namesOf(own),
      keyType: keyTypeOf(own),
      notAfter: notAfterOf(chain),
      isPublic: isPublic(chain, publicRoots),
      cert,
      key,
    }
  }

  function serve(after: Map<string, Served[]>): void {
    const [before, all] = [[...bySource.values()].flat(), [...after.values()].flat()]
    bySource = after
    index = indexCertificates(all, index)
    if (all.length !== before.length || all.some((one, i) => one !== before[i])) {
      for (const listener of listeners) listener()
    }
  }

  return {
    find: (serverName) => (serverName === undefined ? index.default : index.find(serverName)),
    push,
    replace,
    list: () =>
      [...bySource.values()].flat().map(({ source, names, keyType, notAfter, cert }) => {
        return { source, names, keyType, notAfter, isDefault: index.default?.cert.includes(cert) ?? false }
      }),
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
