import type { RegisteredClient } from '../clients/clients.ts'
import { deny } from '../deny.ts'

/** What of a grant's scopes still holds: the configuration may allow a client less than it did. */
export function stillAllowed(scopes: string[], client: Pick<RegisteredClient, 'scopes'>): string[] {
  return scopes.filter((scope) => client.scopes.includes(scope))
}

/** The same for what tokens are about to be issued for. @throws OAuthError invalid_scope where none is left. */
export function requireStillAllowed(scopes: string[], client: Pick<RegisteredClient, 'scopes'>): string[] {
  const left = stillAllowed(scopes, client)
  if (left.length > 0 || scopes.length === 0) return left
  throw deny('scope-withdrawn', `granted ${scopes.join(' ')}, the client may have ${client.scopes.join(' ')}`)
}
