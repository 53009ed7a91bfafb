import type { ProtectedResource } from '../checks/check-resources.ts'

/** What a client has to know of something that it wants a token for. @see RFC 9728 section 2 */
export function resourceMetadata(issuer: string, { resource, scopes }: ProtectedResource) {
  return {
    resource,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  }
}
