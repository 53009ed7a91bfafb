import type { AuthorizationServer } from '../authorization-server.ts'
import { PROMPTS } from '../checks/check-prompt.ts'
import { GRANT_TYPES } from '../grant-types.ts'
import { ENDPOINT_NAMES, ENDPOINTS, pathOf } from './endpoints.ts'

/** What a client has to know of the authorization server. @see RFC 8414 section 2, RFC 9207 section 3, Initiating User
 * Registration via OpenID Connect section 5 (prompt_values_supported), draft-ietf-oauth-client-id-metadata-document section 5 */
export function serverMetadata(server: AuthorizationServer, registrationIsOpen: boolean) {
  const { issuer, scopes, resources, takesClientDocuments } = server
  const withSecret = ['client_secret_basic', 'client_secret_post']
  return {
    issuer,
    ...endpointUris(server, registrationIsOpen),
    // What has no values is left out. @see RFC 8414 section 3.2
    ...(Object.keys(scopes).length > 0 && { scopes_supported: Object.keys(scopes) }),
    prompt_values_supported: PROMPTS,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: Object.keys(GRANT_TYPES),
    token_endpoint_auth_methods_supported: [...withSecret, 'none'],
    revocation_endpoint_auth_methods_supported: [...withSecret, 'none'],
    introspection_endpoint_auth_methods_supported: withSecret,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...(takesClientDocuments && { client_id_metadata_document_supported: true }),
    protected_resources: resources.named,
  }
}

/**
 * By the names that the standards give them. A client that sees where it could register tries only that: so it is named only
 * while it gets in.
 */
function endpointUris(server: AuthorizationServer, registrationIsOpen: boolean): Record<string, string> {
  const uris = ENDPOINT_NAMES.flatMap((name) => {
    const { metadata } = ENDPOINTS[name]
    const isNamed = metadata !== undefined && (name !== 'register' || registrationIsOpen)
    return isNamed ? [[metadata, `${server.issuer}${pathOf(server, name)}`]] : []
  })
  return Object.fromEntries(uris)
}
