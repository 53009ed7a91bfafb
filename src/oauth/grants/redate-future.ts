import { isOfTheFuture } from '../../store/clock-tolerance.ts'
import { everyRow } from '../../store/every-row.ts'
import type { Kind, Records } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { expiry } from './grants.ts'

/** Longer than any code or device waits. */
const DAY_MS = 86_400_000

type Dated = Pick<AuthorizationServer, 'store' | 'now' | 'clients'>

/**
 * Sees to it that nothing outlives the correction of a clock that was ahead: a grant that was dated then lives on from
 * now, as long as any other; what is given out anew without anybody's help goes. To be called once the clock is right.
 * @returns how many rows that were. @throws StorageError
 */
export async function redateFuture(server: Dated): Promise<number> {
  const { store, now, clients } = server
  let corrected = 0
  for await (const { id, value: grant } of everyRow(store, 'grant')) {
    const at = now()
    if (!isOfTheFuture(grant.createdAt, at) && !isOfTheFuture(grant.lastUsedAt, at)) continue
    const client = await clients.find(grant.client)
    const times = { createdAt: Math.min(grant.createdAt, at), lastUsedAt: at }
    const redated = { ...grant, revision: grant.revision + 1, ...times }
    // Of a client that isn't known nobody can tell how long its grants live, and nobody can use them.
    if (!client) await store.delete('grant', id)
    // Where somebody uses it at this moment, that dates it as well.
    else if (!(await store.replace('grant', id, grant.revision, redated, expiry(redated, client)))) continue
    corrected++
  }
  corrected += await deleteFuture(server, 'access', ({ issuedAt }) => issuedAt)
  corrected += await deleteFuture(server, 'session', ({ lastUsedAt }) => lastUsedAt)
  corrected += await deleteFuture(server, 'code', ({ expiresAt }) => expiresAt - DAY_MS)
  corrected += await deleteFuture(server, 'device', ({ expiresAt }) => expiresAt - DAY_MS)
  return corrected
}

/** @param since when a row was written, at the earliest. Milliseconds since 1970. */
async function deleteFuture<K extends Kind>(
  { store, now }: Dated,
  kind: K,
  since: (record: Records[K]) => number,
): Promise<number> {
  let deleted = 0
  for await (const { id, value } of everyRow(store, kind)) {
    if (isOfTheFuture(since(value), now()) && (await store.delete(kind, id))) deleted++
  }
  return deleted
}
