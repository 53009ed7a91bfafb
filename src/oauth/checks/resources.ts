import { coversResource } from '../../http/covers-resource.ts'
import { OAuthError } from '../oauth-error.ts'
import type { Parameters } from './parameters.ts'

/** Something that access tokens are for. @see RFC 9728 */
export interface ProtectedResource {
  /** Its identifier: `public_url`, or that and the path of a route. */
  resource: string
  /** The scopes that it asks for. */
  scopes: string[]
}

/** Those that an authorization request names; undefined where it names none, which means all. @see RFC 8707 section 2.1 */
export function checkResources(known: ProtectedResource[], parameters: Parameters): string[] | undefined {
  const asked = parameters.getAll('resource').map(withoutSlash)
  for (const resource of asked) {
    if (!known.some((one) => one.resource === resource)) {
      throw new OAuthError(
        'invalid_target',
        'The resource is not one of this server.',
        `asked for ${JSON.stringify(resource)}`,
      )
    }
  }
  return asked.length > 0 ? [...new Set(asked)] : undefined
}

/**
 * Those that a token request asks for, within what was granted.
 * @throws OAuthError invalid_target @see RFC 8707 section 2.2
 */
export function narrowResources(
  known: ProtectedResource[],
  granted: string[] | undefined,
  parameters: Parameters,
): string[] | undefined {
  const asked = checkResources(known, parameters)
  const beyond = asked?.find((resource) => !coversResource(granted, resource))
  if (beyond === undefined) return asked ?? granted
  throw new OAuthError('invalid_target', 'The resource was not granted.', `asked for ${beyond}`)
}

/** `https://host/` is `https://host`. */
function withoutSlash(resource: string): string {
  return resource.replace(/^(https:\/\/[^/]+)\/$/, '$1')
}
