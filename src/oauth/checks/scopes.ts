import type { RegisteredClient } from '../clients/clients.ts'
import { OAuthError } from '../oauth-error.ts'
import type { Parameters } from './parameters.ts'

/**
 * The scopes that a request asks for, each once.
 * @param allowed what may be asked for.
 * @param otherwise what is meant when nothing is asked for.
 * @throws OAuthError invalid_scope
 * @see RFC 6749 section 3.3
 */
export function checkScope(asked: string | undefined, allowed: string[], otherwise: string[]): string[] {
  if (asked === undefined) return otherwise
  const scopes = [...new Set(asked.split(' '))]
  const beyond = scopes.filter((scope) => !allowed.includes(scope))
  if (beyond.length > 0) {
    throw new OAuthError(
      'invalid_scope',
      `The scope may hold only: ${allowed.join(' ')}`,
      `asked for ${JSON.stringify(beyond)}`,
    )
  }
  return scopes
}

/**
 * The scopes that a client asks a person for; the usual ones, as far as it may have them, if it names none.
 * @throws OAuthError invalid_scope
 */
export function checkAskedScope(
  { defaultScopes }: { defaultScopes: string[] },
  { scopes: allowed }: Pick<RegisteredClient, 'scopes'>,
  parameters: Parameters,
): string[] {
  const usual = defaultScopes.filter((scope) => allowed.includes(scope))
  const scopes = checkScope(parameters.get('scope'), allowed, usual)
  if (scopes.length > 0) return scopes
  throw new OAuthError('invalid_scope', `The request has to ask for a scope of: ${allowed.join(' ')}`)
}

/** What of a grant's scopes still holds: the configuration may allow a client less than it did. */
export function stillAllowed(scopes: string[], client: Pick<RegisteredClient, 'scopes'>): string[] {
  return scopes.filter((scope) => client.scopes.includes(scope))
}
