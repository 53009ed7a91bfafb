import { createHash } from 'node:crypto'

/**
 * The id of an attempt to link, under which the audit trail has all of it: it follows from the query of the authorization
 * request, which comes back with the form, so that nothing needs to be stored. No secret can be read from it.
 */
export function linkAttempt(query: string): string {
  return createHash('sha256').update(query).digest('base64url').slice(0, 10)
}
