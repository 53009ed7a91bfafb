import type { AccessPolicy } from '../gateway/access/access-policy.ts'
import { type Health, healthAnswer } from '../gateway/health.ts'
import type { OwnEndpoint } from '../gateway/match-route.ts'
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
import { pathOfMetadata, policyFor } from './protected-resources.ts'

/** The paths that the gateway itself answers: exact ones, so that a route can have all the others. */
export function ownEndpoints(
  server: AuthorizationServer,
  { registration }: { registration: Registration | undefined },
  health: () => Health,
): OwnEndpoint[] {
  const { issuer, basePath } = server
  const open = policyFor(issuer, { auth: 'none', scopes: [] })
  const at = (endpoint: string, methods: string[], handle: Endpoint, policy: AccessPolicy = open): OwnEndpoint => ({
    path: `${basePath}/${endpoint}`,
    methods,
    handle,
    ...policy,
  })
  const fixed = (path: string, value: object): OwnEndpoint => {
    const answer = jsonAnswer(200, value)
    return { path, methods: ['GET', 'HEAD'], handle: () => answer, ...open }
  }
  const ofUser = policyFor(issuer, { auth: 'bearer', scopes: ['user:read'] })
  const metadata = serverMetadata(server, { registration: Boolean(registration) })

  const endpoints: OwnEndpoint[] = [
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
    { path: '/health', methods: ['GET', 'HEAD'], handle: () => healthAnswer(health(), paths), ...open },
  ]
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  return endpoints
}
