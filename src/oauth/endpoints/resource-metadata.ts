import type { ProtectedResource } from '../checks/check-resources.ts'

/** What a client has to know of something that it wants a token for. @see RFC 9728 section 2 */
export function resourceMetadata(issuer: string, { resource, scopes }: ProtectedResource) {
  return {
    resource,
    authorization_servers: [issuer],
    // What has no values is left out. @see RFC 9728 section 3.2
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  }
}
