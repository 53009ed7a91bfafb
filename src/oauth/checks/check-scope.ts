import type { RegisteredClient } from '../clients/clients.ts'
import { deny } from '../deny.ts'
import type { Parameters } from './parameters.ts'
import { scopesWithin } from './scopes-within.ts'

/**
 * The scopes that a client asks a person for; the usual ones, as far as it may have them, if it names none.
 * @throws OAuthError invalid_scope @see RFC 6749 section 3.3
 */
export function checkScope(
  { defaultScopes }: { defaultScopes: string[] },
  { scopes: allowed }: Pick<RegisteredClient, 'scopes'>,
  parameters: Parameters,
): string[] {
  const usual = defaultScopes.filter((scope) => allowed.includes(scope))
  const scopes = scopesWithin(parameters.get('scope'), allowed, usual)
  if (scopes.length > 0) return scopes
  throw deny('scope-missing', { allowed: allowed.join(' ') })
}
