import { deny } from '../deny.ts'
import type { Parameters } from './parameters.ts'

/** Something that access tokens are for. @see RFC 9728 */
export interface ProtectedResource {
  /** Its identifier: `public_url`, or that and the path of a route. */
  resource: string
  /** The scopes that it asks for. */
  scopes: string[]
}

/**
 * Those that a request names; undefined where it names none, which means all.
 * @throws OAuthError invalid_target @see RFC 8707 section 2.1
 */
export function checkResources(known: ProtectedResource[], parameters: Parameters): string[] | undefined {
  const named = parameters.getAll('resource').map(withoutSlash)
  const unknown = named.find((resource) => !known.some((one) => one.resource === resource))
  if (unknown !== undefined) throw deny('resource-unknown', `asked for ${JSON.stringify(unknown)}`)
  return named.length > 0 ? [...new Set(named)] : undefined
}

/** `https://host/` is `https://host`. */
function withoutSlash(resource: string): string {
  return resource.replace(/^(https:\/\/[^/]+)\/$/, '$1')
}
