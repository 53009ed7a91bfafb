import { ECHO_ENDPOINT } from '../../config/own-paths.ts'
import type { Config } from '../../config/schema.ts'
import { readAccess } from '../../gateway/access/access.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import type { Echoes } from '../doctor/echoes.ts'

/** Where a doctor sends what it wants to hear again. `/health` doesn't tell of it. */
export function echoEndpoint(
  { oauth }: Pick<Config, 'oauth'>,
  { handle }: Pick<Echoes, 'handle'>,
): EndpointDestination {
  return {
    kind: 'endpoint',
    path: `${oauth.base_path}/${ECHO_ENDPOINT}`,
    methods: ['POST'],
    handle,
    access: readAccess({ auth: 'none', scopes: [] }),
  }
}
