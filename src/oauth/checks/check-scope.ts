import type { RegisteredClient } from '../clients/clients.ts'
import { deny } from '../deny.ts'
import { type ChosenScopes, chooseScopes } from './choose-scopes.ts'
import type { Parameters } from './parameters.ts'

/**
 * The scopes that a client asks a person for, as far as it may have them; the usual ones, if it names none.
 * @throws OAuthError invalid_scope where none is left @see RFC 6749 section 3.3
 */
export function checkScope(
  { defaultScopes }: { defaultScopes: string[] },
  { scopes: allowed }: Pick<RegisteredClient, 'scopes'>,
  parameters: Parameters,
): ChosenScopes {
  const usual = defaultScopes.filter((scope) => allowed.includes(scope))
  const chosen = chooseScopes(parameters.get('scope'), allowed, usual)
  const { scopes, leftOut } = chosen
  if (scopes.length > 0) return chosen
  if (leftOut.length === 0) throw deny('scope-missing', { allowed: allowed.join(' ') })
  throw deny('scope-not-allowed', { allowed: allowed.join(' '), detail: `asked for ${JSON.stringify(leftOut)}` })
}
