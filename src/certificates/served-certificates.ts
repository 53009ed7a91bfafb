import { certificateName, type KeyType } from './server-certificate.ts'

/** What is served to whoever asks for a name: a certificate, or one of each kind of key, from which each client gets what it can use. */
export interface ServedCertificates {
  /** PEM chains, each with its own certificate first. */
  readonly cert: string[]
  /** Their keys, in PEM, in the same order. */
  readonly key: string[]
  /** The kinds of these, in the same order. */
  readonly kinds: readonly KeyType[]
  /** The names that all of them are for, as in the certificates; a wildcard stands for exactly one label. */
  readonly names: readonly string[]
  /** Whether everybody trusts them. */
  readonly isPublic: boolean
  /** @param host as in a request, with or without a port. */
  isFor: (host: string) => boolean
}

/** A certificate that can be served. */
export interface Servable {
  /** No other has it. */
  id: number
  names: string[]
  keyType: KeyType
  isPublic: boolean
  cert: string
  key: string
}

/** The certificates by name. What didn't change is the same object as before, so that whoever keeps something by it can go on. */
export interface CertificateIndex {
  /** @param name as a client spells it. */
  find: (name: string) => ServedCertificates | undefined
  /** For clients that don't say whom they want. */
  default: ServedCertificates | undefined
  /** By the ids of what is in them. */
  known: ReadonlyMap<string, ServedCertificates>
}

/** Longer than any DNS name (RFC 1035 section 2.3.4) with its dot at the end. */
const NAME_LIMIT_CHARACTERS = 255

/** @param all the more important first: of several with one name and one kind of key only the first is served. */
export function indexCertificates(all: Servable[], before?: CertificateIndex): CertificateIndex {
  const byName = new Map<string, Servable[]>()
  for (const one of all) {
    for (const name of new Set(one.names.map(certificateName))) {
      const others = byName.get(name) ?? []
      if (!others.some(({ keyType }) => keyType === one.keyType)) byName.set(name, [...others, one])
    }
  }
  const known = new Map<string, ServedCertificates>()
  const served = new Map([...byName].map(([name, group]) => [name, serve(group)]))

  function serve(group: Servable[]): ServedCertificates {
    const ids = group.map(({ id }) => id).join(' ')
    const made = known.get(ids) ?? before?.known.get(ids) ?? combine(group)
    known.set(ids, made)
    return made
  }

  const [first] = all
  return {
    find(asked) {
      if (asked.length > NAME_LIMIT_CHARACTERS) return undefined
      // Nearly every client spells it as it is here.
      return served.get(asked) ?? lookUp(certificateName(asked), (name) => served.get(name))
    },
    default: first && (served.get(certificateName(first.names[0] ?? '')) ?? serve([first])),
    known,
  }
}

function combine(group: Servable[]): ServedCertificates {
  const [first, ...others] = group.map(({ names }) => names)
  const names = (first ?? []).filter((name) => {
    const spelled = certificateName(name)
    return others.every((other) => other.some((one) => certificateName(one) === spelled))
  })
  const spelled = new Set(names.map(certificateName))
  return {
    cert: group.map(({ cert }) => cert),
    key: group.map(({ key }) => key),
    kinds: group.map(({ keyType }) => keyType),
    names,
    isPublic: group.every((one) => one.isPublic),
    isFor: (host) =>
      lookUp(certificateName(host.replace(/:\d+$/, '')), (name) => spelled.has(name) || undefined) ?? false,
  }
}

/** By the name itself, else by `*` in the place of its first label. @see RFC 9525 section 6.3 */
function lookUp<Found>(name: string, get: (name: string) => Found | undefined): Found | undefined {
  return get(name) ?? get(name.replace(/^[^.]+(?=\.)/, '*'))
}
