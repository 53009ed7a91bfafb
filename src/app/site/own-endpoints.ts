import type { AccountServer } from '../../account/account-server.ts'
import { readAccess } from '../../gateway/access/access.ts'
import { metadataPath } from '../../gateway/access/bearer.ts'
import { type Health, healthAnswer } from '../../gateway/health.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import { type Endpoint, metadataAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import { serveEndpoints } from '../../oauth/endpoints/endpoints.ts'
import type { Registration } from '../../oauth/endpoints/handle-register.ts'
import { resourceMetadata } from '../../oauth/endpoints/resource-metadata.ts'
import { serverMetadata } from '../../oauth/endpoints/server-metadata.ts'
import { accountEndpoints } from '../account/account-endpoints.ts'

/** The paths that the gateway itself answers: exact ones, so that a route can have all the others. */
export function ownEndpoints(
  opened: AuthorizationServer,
  { registration, account }: { registration: Registration | undefined; account: AccountServer },
  health: () => Health,
  concern: () => string | undefined = () => undefined,
): EndpointDestination[] {
  const server = { ...opened, registration }
  const { issuer, basePath } = server
  const endpoint = (path: string, methods: string[], handle: Endpoint, scopes?: string[]): EndpointDestination => ({
    kind: 'endpoint',
    path,
    methods,
    handle,
    access: readAccess({ auth: scopes ? 'bearer' : 'none', scopes: scopes ?? [], resource: issuer }),
  })
  const fixed = (path: string, value: object): EndpointDestination => {
    const answer = metadataAnswer(value)
    return { ...endpoint(path, ['GET', 'HEAD'], () => answer), cors: '*' }
  }
  const metadata = serverMetadata(server)

  const endpoints: EndpointDestination[] = [
    ...serveEndpoints(server).map(({ path, methods, handle, scopes, cors }) => ({
      ...endpoint(path, methods, handle, scopes),
      cors,
    })),
    fixed('/.well-known/oauth-authorization-server', metadata),
    ...accountEndpoints(server, account),
    // Clients disagree on where the path of an issuer goes: before, as RFC 8414 says, or after, as OpenID Connect does.
    fixed(`/.well-known/oauth-authorization-server${basePath}`, metadata),
    fixed(`${basePath}/.well-known/oauth-authorization-server`, metadata),
    ...server.resources.map((one) => fixed(metadataPath(one.resource), resourceMetadata(issuer, one))),
    { ...endpoint('/health', ['GET', 'HEAD'], () => healthAnswer(health(), paths, concern())), everywhere: true },
  ]
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  return endpoints
}
