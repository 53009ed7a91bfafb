import { deny } from '../deny.ts'

/**
 * The scopes of a request's parameter `scope`, each once.
 * @param allowed those that it may hold.
 * @param otherwise what is meant when it isn't there.
 * @throws OAuthError invalid_scope
 */
export function scopesWithin(scope: string | undefined, allowed: string[], otherwise: string[]): string[] {
  if (scope === undefined) return otherwise
  const scopes = [...new Set(scope.split(' '))]
  const beyond = scopes.filter((one) => !allowed.includes(one))
  if (beyond.length === 0) return scopes
  throw deny('scope-not-allowed', { allowed: allowed.join(' '), detail: `asked for ${JSON.stringify(beyond)}` })
}
