import type { AuthorizationServer } from '../authorization-server.ts'
import type { ProtectedResource } from '../checks/resources.ts'

/** What a client has to know of the authorization server. @see RFC 8414 section 2, RFC 9207 section 3 */
export function serverMetadata(
  { issuer, basePath, scopes, resources }: Pick<AuthorizationServer, 'issuer' | 'basePath' | 'scopes' | 'resources'>,
  { registration }: { registration: boolean },
) {
  const at = (endpoint: string) => `${issuer}${basePath}/${endpoint}`
  const withSecret = ['client_secret_basic', 'client_secret_post']
  return {
    issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    revocation_endpoint: at('revoke'),
    introspection_endpoint: at('introspect'),
    userinfo_endpoint: at('userinfo'),
    device_authorization_endpoint: at('device_authorization'),
    registration_endpoint: registration ? at('register') : undefined,
    scopes_supported: Object.keys(scopes),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_methods_supported: [...withSecret, 'none'],
    revocation_endpoint_auth_methods_supported: [...withSecret, 'none'],
    introspection_endpoint_auth_methods_supported: withSecret,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    protected_resources: resources.map(({ resource }) => resource),
  }
}

/** What a client has to know of something that it wants a token for. @see RFC 9728 section 2 */
export function resourceMetadata(issuer: string, { resource, scopes }: ProtectedResource) {
  return {
    resource,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  }
}
