import type { Parameters } from '../checks/parameters.ts'
import type { RedirectTarget } from '../redirect-with-code.ts'

/**
 * What has become known of a request so far. The steps of its endpoint write it down as they go; whatever tells of a
 * refusal reads it.
 */
export interface Known {
  /** Of the form that a client has sent. */
  parameters?: Parameters
  /** The id of the client. */
  client?: string
  /** The id of the grant. */
  grant?: string
  /** The id of the attempt to link. */
  attempt?: string
  /** Where errors go, once nobody can be sent anywhere but to a URI of the client's own. */
  redirectTarget?: RedirectTarget
}
