import { handleApprove } from '../oauth/approve.ts'
import type { AuthorizationServer } from '../oauth/authorization-server.ts'
import { handleAuthorize } from '../oauth/authorize.ts'
import { handleToken } from '../oauth/token.ts'
import { type Health, healthAnswer } from './health.ts'
import type { OwnEndpoint } from './match-route.ts'

/** The paths that the gateway itself answers: exact ones, so that a route can have all the others. */
export function ownEndpoints(server: AuthorizationServer, health: () => Health): OwnEndpoint[] {
  const endpoints: OwnEndpoint[] = [
    {
      path: `${server.basePath}/authorize`,
      methods: ['GET', 'HEAD'],
      handle: (asked) => handleAuthorize(server, asked),
    },
    { path: `${server.basePath}/approve`, methods: ['POST'], handle: (asked) => handleApprove(server, asked) },
    { path: `${server.basePath}/token`, methods: ['POST'], handle: (asked) => handleToken(server, asked) },
    { path: '/health', methods: ['GET', 'HEAD'], handle: () => healthAnswer(health(), paths) },
  ]
  const paths = endpoints.map(({ path }) => path)
  return endpoints
}
