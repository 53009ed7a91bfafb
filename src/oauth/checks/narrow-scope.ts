import type { RegisteredClient } from '../clients/clients.ts'
import type { Parameters } from './parameters.ts'
import { scopesWithin } from './scopes-within.ts'
import { requireStillAllowed } from './still-allowed.ts'

/**
 * The scopes that a refresh asks for, within what was granted; all of them if it names none.
 * @throws OAuthError invalid_scope @see RFC 6749 section 6
 */
export function narrowScope(
  granted: string[],
  client: Pick<RegisteredClient, 'scopes'>,
  parameters: Parameters,
): string[] {
  const allowed = requireStillAllowed(granted, client)
  return scopesWithin(parameters.get('scope'), allowed)
}
