import type { Config } from '../../config/schema.ts'
import { readAccess } from '../../gateway/access/access.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import { GatewayError } from '../../http/gateway-error.ts'

const OTHERS = [
  '/.well-known/oauth-authorization-server/*',
  '/.well-known/openid-configuration',
  '/.well-known/openid-configuration/*',
]

/**
 * Where clients look for an authorization server besides where its metadata stand, some of them first. A route for all of
 * home must not bring them there what its upstream says: it could name its own token endpoint, and be sent secrets that are
 * meant for the gateway. A route with such a path of its own is meant so.
 * @see RFC 8414 sections 3.1 and 6.2
 */
export function noOtherMetadata({ public_url, routes }: Pick<Config, 'public_url' | 'routes'>): EndpointDestination[] {
  const home = new URL(public_url).hostname
  const meant = new Set(routes.filter(({ host = home }) => host === home).map(({ path }) => path))
  return OTHERS.filter((path) => !meant.has(path)).map((path) => ({
    kind: 'endpoint',
    path,
    methods: ['GET', 'HEAD'],
    handle() {
      throw new GatewayError('not_found', 'no metadata of an authorization server')
    },
    access: readAccess({ auth: 'none', scopes: [] }),
    cors: '*',
  }))
}
