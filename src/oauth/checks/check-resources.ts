import { deny } from '../deny.ts'
import type { Parameters } from './parameters.ts'

/** Something that access tokens are for. @see RFC 9728 */
export interface ProtectedResource {
  /** Its identifier, as it was asked for. */
  resource: string
  /** The scopes that it asks for. */
  scopes: string[]
}

/** What access tokens may be for. */
export interface KnownResources {
  /** The identifiers of those that the configuration names; whatever is below one is a resource as well. */
  named: string[]
  /** The canonical identifier of a URL, by which everybody compares; undefined where no token may be for it. */
  find: (url: string) => string | undefined
}

/**
 * Those that a request names, in their canonical form; undefined where it names none, which means all.
 * @throws OAuthError invalid_target @see RFC 8707 section 2.1
 */
export function checkResources({ find }: KnownResources, parameters: Parameters): string[] | undefined {
  const named = parameters.getAll('resource').map((url) => {
    const known = find(url)
    if (known === undefined) throw deny('resource-unknown', `asked for ${JSON.stringify(url)}`)
    return known
  })
  return named.length > 0 ? [...new Set(named)] : undefined
}
