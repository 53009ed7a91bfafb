import { everyRow } from '../../store/every-row.ts'
import type { RefreshRecord } from '../../store/records.ts'
import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { expiry } from './grants.ts'

/** So many links are dated at once: they share a commit, and wait for the disk together. */
const AT_ONCE = 32

/**
 * Gives refresh tokens and their grants the end that the configuration of now says, where that changed whether they have
 * one: those that an earlier release dated to 90 days, or a lifetime that is no longer set, go on without an end; those
 * without one, of a client that has a lifetime now, get it from their last use on. A refresh token without an end whose
 * grant is gone goes. To be called at a start and after a reload.
 * @param isOver whether somebody else goes on with it, or nobody any more; it may be left at any point.
 * @returns how many links that were. @throws StorageError
 */
export async function dateLinks(server: Dated, isOver: () => boolean = () => false): Promise<number> {
  let dated = 0
  let pending: Promise<boolean>[] = []
  const settle = async () => {
    // All of them, so that none fails while nobody waits for it any more.
    const outcomes = await Promise.allSettled(pending)
    pending = []
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason
      if (outcome.value) dated++
    }
  }
  for await (const { id, value: token } of everyRow(server.store, 'refresh')) {
    if (isOver()) break
    if (token.supersededAt === undefined) pending.push(dateLink(server, id, token))
    if (pending.length >= AT_ONCE) await settle()
  }
  await settle()
  return dated
}

type Dated = Pick<AuthorizationServer, 'store' | 'clients'>

/** @returns whether its end has changed. @throws StorageError */
async function dateLink({ store, clients }: Dated, id: string, token: RefreshRecord): Promise<boolean> {
  const grant = await store.get('grant', token.grant)
  if (!grant) return forgetOrphan(store, id, token)
  // Of a client that isn't known nobody can tell how long its links live, and nobody can use them.
  const client = await clients.find(grant.client)
  if (!client) return false
  const expiresAt = expiry(grant, client)
  if ((expiresAt === undefined) === (token.expiresAt === undefined)) return false
  const next = { ...grant, revision: grant.revision + 1 }
  // One that rotates may be superseded at this moment, which must not be undone: it ends with its grant.
  const rows = client.refresh === 'rotate' && expiresAt !== undefined ? [] : [refreshEntry(id, token, expiresAt)]
  // Where somebody uses it at this moment, that dates it as well.
  return store.replace('grant', token.grant, grant.revision, next, expiresAt, rows)
}

/** Whatever ended the grant: no purge takes what has no end. One that has only expired is there until it is purged. */
async function forgetOrphan(store: Dated['store'], id: string, token: RefreshRecord): Promise<false> {
  if (token.expiresAt === undefined && !(await store.get('grant', token.grant, 0))) await store.delete('refresh', id)
  return false
}

function refreshEntry(id: string, token: RefreshRecord, expiresAt: number | undefined): Entry {
  return { kind: 'refresh', id, value: { ...token, expiresAt }, expiresAt }
}
