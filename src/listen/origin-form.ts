/** What a request said of where it wants to go. */
export interface AskedFor {
  method: string
  /** The request target, as it came. */
  target: string
  /** The one `Host`; null or undefined where there were two, or none. */
  host: string | null | undefined
  /** The scheme that whoever sent it has used. */
  scheme: 'https' | 'http'
}

/**
 * A target in absolute form (`GET https://home.example/api`), which a server must take, becomes what stands behind its
 * authority, byte for byte. Only where it names the scheme by which it came and the very host of `Host`: two servers could
 * disagree on any other, so that stays as it is, and is refused as no path.
 * @see RFC 9112 section 3.2.2
 */
export function originForm({ method, target, host, scheme }: AskedFor): string {
  if (target.startsWith('/')) return target
  const [whole, named, authority = ''] = ABSOLUTE.exec(target) ?? []
  if (whole === undefined || named?.toLowerCase() !== scheme) return target
  if (typeof host !== 'string' || withoutDefaultPort(authority, scheme) !== withoutDefaultPort(host, scheme))
    return target
  const rest = target.slice(whole.length)
  if (rest.startsWith('/')) return rest
  // The server as a whole. @see section 3.2.4
  if (rest === '' && method === 'OPTIONS') return '*'
  return `/${rest}`
}

/** A scheme and an authority, up to where path or query begin. */
const ABSOLUTE = /^(https?):\/\/([^/?]+)/i

function withoutDefaultPort(authority: string, scheme: AskedFor['scheme']): string {
  return authority.toLowerCase().replace(scheme === 'https' ? /:443$/ : /:80$/, '')
}
