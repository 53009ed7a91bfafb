import type { AccountServer } from '../../account/account-server.ts'
import { readAccess } from '../../gateway/access/access.ts'
import { type Health, healthAnswer } from '../../gateway/health.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import { type Endpoint, metadataAnswer } from '../../http/answer.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import { serveEndpoints } from '../../oauth/endpoints/endpoints.ts'
import { isRegistrationOpen } from '../../oauth/endpoints/handle-register.ts'
import { resourceMetadata } from '../../oauth/endpoints/resource-metadata.ts'
import { serverMetadata } from '../../oauth/endpoints/server-metadata.ts'
import { accountEndpoints } from '../account/account-endpoints.ts'
import { type ProtectedResources, RESOURCE_METADATA } from './protected-resources.ts'

interface OwnServers {
  account: AccountServer
  resources: Pick<ProtectedResources, 'hosts' | 'at'>
}

/** The paths that the gateway itself answers: exact ones, but for what it tells of each resource, so that a route can have all the others. */
export function ownEndpoints(
  server: AuthorizationServer,
  { account, resources }: OwnServers,
  health: () => Health,
  concern: () => string | undefined = () => undefined,
): EndpointDestination[] {
  const { issuer } = server
  const endpoint = (path: string, methods: string[], handle: Endpoint, scopes?: string[]): EndpointDestination => ({
    kind: 'endpoint',
    path,
    methods,
    handle,
    access: readAccess({ auth: scopes ? 'bearer' : 'none', scopes: scopes ?? [] }),
  })
  /** What anybody may know, pages of others too. */
  const metadata = (path: string, handle: Endpoint): EndpointDestination => ({
    ...endpoint(path, ['GET', 'HEAD'], handle),
    cors: '*',
  })
  const closed = metadataAnswer(serverMetadata(server, false))
  const open = metadataAnswer(serverMetadata(server, true))
  const describeServer = async () => ((await isRegistrationOpen(server)) ? open : closed)
  /** @throws GatewayError not_found where there is no such resource. */
  const describeResource = (host: string | undefined, path: string) => {
    const found = path.startsWith(RESOURCE_METADATA) && resources.at(host, path.slice(RESOURCE_METADATA.length))
    if (!found) throw new GatewayError('not_found', `no resource at ${path}`)
    return resourceMetadata(issuer, found)
  }

  const endpoints: EndpointDestination[] = [
    ...serveEndpoints(server).map(({ path, methods, handle, scopes, cors }) => ({
      ...endpoint(path, methods, handle, scopes),
      cors,
    })),
    metadata('/.well-known/oauth-authorization-server', describeServer),
    ...accountEndpoints(server, account),
    ...resources.hosts.flatMap((host) =>
      [RESOURCE_METADATA, `${RESOURCE_METADATA}/*`].map((path) => ({
        ...metadata(path, (_, asked) => metadataAnswer(describeResource(host, asked))),
        host,
      })),
    ),
    { ...endpoint('/health', ['GET', 'HEAD'], () => healthAnswer(health(), paths, concern())), everywhere: true },
  ]
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  return endpoints
}
