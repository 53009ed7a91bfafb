import type { RegisteredClient } from '../clients/clients.ts'

/** What of a grant's scopes still holds: the configuration may allow a client less than it did. */
export function stillAllowed(scopes: string[], client: Pick<RegisteredClient, 'scopes'>): string[] {
  return scopes.filter((scope) => client.scopes.includes(scope))
}
