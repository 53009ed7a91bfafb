import { everyRow } from '../../store/every-row.ts'
import type { RefreshRecord } from '../../store/records.ts'
import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { expiry } from './grants.ts'

/**
 * Gives refresh tokens and their grants the end that the configuration of now says, where that changed whether they have
 * one: those that an earlier release dated to 90 days, or a lifetime that is no longer set, go on without an end; those
 * without one, of a client that has a lifetime now, get it from their last use on. To be called at a start and after a reload.
 * @returns how many links that were. @throws StorageError
 */
export async function dateLinks({ store, clients }: Pick<AuthorizationServer, 'store' | 'clients'>): Promise<number> {
  let dated = 0
  for await (const { id, value: token } of everyRow(store, 'refresh')) {
    if (token.supersededAt !== undefined) continue
    const grant = await store.get('grant', token.grant)
    // Of a client that isn't known nobody can tell how long its links live, and nobody can use them.
    const client = grant && (await clients.find(grant.client))
    if (!client) continue
    const expiresAt = expiry(grant, client)
    if ((expiresAt === undefined) === (token.expiresAt === undefined)) continue
    const next = { ...grant, revision: grant.revision + 1 }
    const row = refreshEntry(id, token, expiresAt)
    // Where somebody uses it at this moment, that dates it as well.
    if (await store.replace('grant', token.grant, grant.revision, next, expiresAt, [row])) dated++
  }
  return dated
}

function refreshEntry(id: string, token: RefreshRecord, expiresAt: number | undefined): Entry {
  return { kind: 'refresh', id, value: { ...token, expiresAt }, expiresAt }
}
