/** A resource's identifier in its two parts. */
export interface ResourceUrl {
  /** In lower case, without a default port. */
  origin: string
  /** As it was written; empty, or from its first slash on. */
  path: string
}

/**
 * Reads what may be the identifier of a resource here: an https URL of host, maybe port, and path. RFC 8707 forbids a
 * fragment; a query would promise that tokens are limited by it, which nothing here looks at.
 * @returns undefined for anything else. @see RFC 8707 section 2, RFC 9728 section 1.2
 */
export function readResourceUrl(url: string): ResourceUrl | undefined {
  const [, authority, path = ''] = /^https:\/\/([\w.:[\]-]+)(\/[^?#]*)?$/i.exec(url) ?? []
  const origin = authority === undefined ? undefined : URL.parse(`https://${authority}`)?.origin
  return origin === undefined ? undefined : { origin, path }
}

/**
 * One spelling for each path: a slash at its end makes no other resource, nor does what is encoded without need.
 * @param path that everybody reads alike, as `isClearTarget` has seen to. @see RFC 3986 section 6.2.2
 */
export function canonicalPath(path: string): string {
  const spelled = PLAIN.test(path) ? path : path.replace(ENCODED_OR_STRANGE, spell)
  return spelled.endsWith('/') ? spelled.slice(0, -1) : spelled
}

/** What may stand in a path as it is. @see RFC 3986 section 3.3 (pchar) */
const PLAIN = /^[\w\-.~!$&'()*+,;=:@/]*$/
const ENCODED_OR_STRANGE = /%[0-9a-f]{2}|[^\w\-.~!$&'()*+,;=:@/]/gi

function spell(written: string): string {
  const char = written.length === 3 ? String.fromCharCode(Number.parseInt(written.slice(1), 16)) : written
  if (PLAIN.test(char)) return char
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
