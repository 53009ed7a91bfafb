import type { Access } from '../gateway/access/access.ts'
import { type Health, healthAnswer } from '../gateway/health.ts'
import type { EndpointDestination } from '../gateway/routes/destination.ts'
import { type Endpoint, jsonAnswer } from '../http/answer.ts'
import type { AuthorizationServer } from '../oauth/authorization-server.ts'
import { handleDeviceForm, handleDevicePage } from '../oauth/device/handle-device.ts'
import { handleDeviceAuthorization } from '../oauth/device/handle-device-authorization.ts'
import { handleApprove } from '../oauth/endpoints/handle-approve.ts'
import { handleAuthorize } from '../oauth/endpoints/handle-authorize.ts'
import { handleIntrospect } from '../oauth/endpoints/handle-introspect.ts'
import { handleRegister, type Registration } from '../oauth/endpoints/handle-register.ts'
import { handleRevoke } from '../oauth/endpoints/handle-revoke.ts'
import { handleSignOut, handleSignOutPage } from '../oauth/endpoints/handle-sign-out.ts'
import { handleToken } from '../oauth/endpoints/handle-token.ts'
import { handleUserinfo } from '../oauth/endpoints/handle-userinfo.ts'
import { resourceMetadata, serverMetadata } from '../oauth/endpoints/metadata.ts'
import { accessTo, pathOfMetadata } from './protected-resources.ts'

/** The paths that the gateway itself answers: exact ones, so that a route can have all the others. */
export function ownEndpoints(
  server: AuthorizationServer,
  { registration }: { registration: Registration | undefined },
  health: () => Health,
): EndpointDestination[] {
  const { issuer, basePath } = server
  const open: Access = { kind: 'none' }
  const at = (endpoint: string, methods: string[], handle: Endpoint, access: Access = open): EndpointDestination => ({
    kind: 'endpoint',
    path: `${basePath}/${endpoint}`,
    methods,
    handle,
    access,
  })
  const fixed = (path: string, value: object): EndpointDestination => {
    const answer = jsonAnswer(200, value)
    return { kind: 'endpoint', path, methods: ['GET', 'HEAD'], handle: () => answer, access: open }
  }
  const ofUser = accessTo(issuer, { auth: 'bearer', scopes: ['user:read'] })
  const metadata = serverMetadata(server, { registration: Boolean(registration) })

  const endpoints: EndpointDestination[] = [
    at('authorize', ['GET', 'HEAD'], (asked) => handleAuthorize(server, asked)),
    at('approve', ['POST'], (asked) => handleApprove(server, asked)),
    at('token', ['POST'], (asked) => handleToken(server, asked)),
    at('revoke', ['POST'], (asked) => handleRevoke(server, asked)),
    at('introspect', ['POST'], (asked) => handleIntrospect(server, asked)),
    at('userinfo', ['GET', 'HEAD', 'POST'], handleUserinfo, ofUser),
    at('device_authorization', ['POST'], (asked) => handleDeviceAuthorization(server, asked)),
    at('device', ['GET', 'HEAD'], (asked) => handleDevicePage(server, asked)),
    at('device', ['POST'], (asked) => handleDeviceForm(server, asked)),
    at('sign-out', ['GET', 'HEAD'], (asked) => handleSignOutPage(server, asked)),
    at('sign-out', ['POST'], (asked) => handleSignOut(server, asked)),
    ...(registration ? [at('register', ['POST'], (asked) => handleRegister(server, registration, asked))] : []),
    fixed('/.well-known/oauth-authorization-server', metadata),
    // Clients disagree on where the path of an issuer goes: before, as RFC 8414 says, or after, as OpenID Connect does.
    fixed(`/.well-known/oauth-authorization-server${basePath}`, metadata),
    fixed(`${basePath}/.well-known/oauth-authorization-server`, metadata),
    ...server.resources.map((one) => fixed(pathOfMetadata(one.resource), resourceMetadata(issuer, one))),
    {
      kind: 'endpoint',
      path: '/health',
      methods: ['GET', 'HEAD'],
      handle: () => healthAnswer(health(), paths),
      access: open,
    },
  ]
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  return endpoints
}
