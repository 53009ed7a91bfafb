import type { Route } from '../../config/schema.ts'

/** Who may come in somewhere. */
export interface AccessPolicy {
  auth: Route['auth']
  scopes: string[]
  /** What an access token has to be for. @see RFC 8707 */
  resource: string
  /** Where a client learns how to get one. @see RFC 9728 section 5.1 */
  metadata: string
}
