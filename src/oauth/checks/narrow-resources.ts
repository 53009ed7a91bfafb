import { coversResource } from '../../http/covers-resource.ts'
import { deny } from '../deny.ts'
import { checkResources, type KnownResources } from './check-resources.ts'
import type { Parameters } from './parameters.ts'

/**
 * Those that a token request asks for, within what was granted.
 * @throws OAuthError invalid_target @see RFC 8707 section 2.2
 */
export function narrowResources(
  known: KnownResources,
  granted: string[] | undefined,
  parameters: Parameters,
): string[] | undefined {
  const named = checkResources(known, parameters)
  const beyond = named?.find((resource) => !coversResource(granted, resource))
  if (beyond === undefined) return named ?? granted
  throw deny('resource-not-granted', `asked for ${beyond}`)
}
