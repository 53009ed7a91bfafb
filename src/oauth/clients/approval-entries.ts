import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { deny } from '../deny.ts'
import type { RegisteredClient } from './clients.ts'
import { addRegisteredClient } from './registered/registered-clients.ts'
import { endAllowedTo } from './registered/what-was-allowed.ts'

/**
 * What is written beside whatever somebody approved, in one step: a client that was known for a while only, or by its
 * document, stays.
 * @throws OAuthError too_many_requests where there is no room for one more with a document; invalid_request where one that
 * registered itself was removed meanwhile.
 */
export async function approvalEntries(
  { store, now, clockDoubt }: Pick<AuthorizationServer, 'store' | 'now' | 'clockDoubt'>,
  { id, documented, rowOnceApproved: value }: Pick<RegisteredClient, 'id' | 'documented' | 'rowOnceApproved'>,
): Promise<Entry[]> {
  if (!value) return []
  const isKnown = (await store.get('client', id)) !== undefined
  if (!isKnown && !documented) throw deny('client-unknown', `client ${id} was removed while somebody approved it`)
  if (!isKnown) {
    // Whatever became a grant while the client was being removed is not to come alive with its new row.
    await endAllowedTo(store, id)
    // Should it end here, there is a row that nobody uses, which goes when there is need of room.
    await addRegisteredClient(store, now(), { id, record: value }, clockDoubt() !== undefined)
  }
  return [{ kind: 'client', id, value, expiresAt: value.expiresAt }]
}
