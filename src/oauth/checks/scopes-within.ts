import { deny } from '../deny.ts'
import { namedScopes } from './named-scopes.ts'

/**
 * The scopes of a refresh's parameter `scope`, each once: it must ask for no more than there is.
 * @param allowed those that it may hold, all of which are meant where it names none.
 * @throws OAuthError invalid_scope @see RFC 6749 section 6
 */
export function scopesWithin(scope: string | undefined, allowed: string[]): string[] {
  const scopes = namedScopes(scope)
  if (scopes.length === 0) return allowed
  const beyond = scopes.filter((one) => !allowed.includes(one))
  if (beyond.length === 0) return scopes
  throw deny('scope-not-allowed', { allowed: allowed.join(' '), detail: `asked for ${JSON.stringify(beyond)}` })
}
