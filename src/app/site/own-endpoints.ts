import type { AccountServer } from '../../account/account-server.ts'
import { readAccess } from '../../gateway/access/access.ts'
import { metadataPath } from '../../gateway/access/bearer.ts'
import { type Health, healthAnswer } from '../../gateway/health.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import { type Endpoint, metadataAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import { serveEndpoints } from '../../oauth/endpoints/endpoints.ts'
import { isRegistrationOpen, type Registration } from '../../oauth/endpoints/handle-register.ts'
import { resourceMetadata } from '../../oauth/endpoints/resource-metadata.ts'
import { serverMetadata } from '../../oauth/endpoints/server-metadata.ts'
import { accountEndpoints } from '../account/account-endpoints.ts'

/** The paths that the gateway itself answers: exact ones, so that a route can have all the others. */
export function ownEndpoints(
  opened: AuthorizationServer,
  { registration, account }: { registration: Registration; account: AccountServer },
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
    return endpoint(path, ['GET', 'HEAD'], () => answer)
  }
  const closed = metadataAnswer(serverMetadata(server, false))
  const open = metadataAnswer(serverMetadata(server, true))
  const metadata = async () => ((await isRegistrationOpen(server, registration)) ? open : closed)
  const about = (path: string) => endpoint(path, ['GET', 'HEAD'], metadata)

  const endpoints: EndpointDestination[] = [
    ...serveEndpoints(server).map(({ path, methods, handle, scopes }) => endpoint(path, methods, handle, scopes)),
    about('/.well-known/oauth-authorization-server'),
    ...accountEndpoints(server, account),
    // Clients disagree on where the path of an issuer goes: before, as RFC 8414 says, or after, as OpenID Connect does.
    about(`/.well-known/oauth-authorization-server${basePath}`),
    about(`${basePath}/.well-known/oauth-authorization-server`),
    ...server.resources.map((one) => fixed(metadataPath(one.resource), resourceMetadata(issuer, one))),
    { ...endpoint('/health', ['GET', 'HEAD'], () => healthAnswer(health(), paths, concern())), everywhere: true },
  ]
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  return endpoints
}
