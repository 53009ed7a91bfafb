import type { RegisteredClient } from './clients.ts'
import { OAuthError } from './errors.ts'

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

/** What of a grant's scopes still holds: the configuration may allow a client less than it did. */
export function stillAllowed(scopes: string[], client: Pick<RegisteredClient, 'scopes'>): string[] {
  return scopes.filter((scope) => client.scopes.includes(scope))
}
