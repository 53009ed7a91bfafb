import type { IdentityHeaderNames } from '../../config/schema.ts'
import { canonicalName } from './canonical-name.ts'
import { GUARDED_FAMILIES, GUARDED_HEADERS } from './guarded-headers.ts'

/** What there is to know of a header of a request by its name alone. */
export interface HeaderName {
  lower: string
  /** One for all that some server might read as the same. */
  canonical: string
  /**
   * `removed`: it is this gateway's to say, or ends here. `refused`: it only looks like such a one, in a spelling that
   * nobody has a reason for, or like one by which a request is framed.
   */
  fate: 'passed' | 'removed' | 'refused'
}

/** Finds what is known of a name, in the spelling that was sent. */
export type ReadHeaderName = (name: string) => HeaderName

/** Names under which some server down the line might read the framing, the host or the credentials. */
const FRAMING = new Set(['content-length', 'transfer-encoding', 'host', 'connection', 'authorization'])

/** Clients send the same few dozen names again and again. Whoever makes names up gets no more memory than this. */
const REMEMBERED_NAMES = 1000
const REMEMBERED_LENGTH = 64

/** The one place that tells which headers of a client go on. Most names were seen before, and cost one look. */
export function headerNames(identityHeaders: IdentityHeaderNames): ReadHeaderName {
  const ours = new Set(Object.values(identityHeaders).map(canonicalName))
  const isGuarded = (canonical: string) =>
    GUARDED_HEADERS.has(canonical) || ours.has(canonical) || GUARDED_FAMILIES.test(canonical)

  function judge(name: string): HeaderName {
    const lower = name.toLowerCase()
    const canonical = canonicalName(lower)
    return { lower, canonical, fate: fateOf(lower, canonical) }
  }

  function fateOf(lower: string, canonical: string): HeaderName['fate'] {
    if (FRAMING.has(canonical)) {
      if (lower !== canonical) return 'refused'
    } else if (!isGuarded(canonical)) return 'passed'
    else if (/[^a-z0-9_.-]/.test(lower)) return 'refused'
    return canonical === 'content-length' ? 'passed' : 'removed'
  }

  const known = new Map<string, HeaderName>()
  return function readHeaderName(name) {
    const seen = known.get(name)
    if (seen) return seen
    const judged = judge(name)
    if (known.size === REMEMBERED_NAMES) known.clear()
    if (name.length <= REMEMBERED_LENGTH) known.set(name, judged)
    return judged
  }
}
