import type { ClientRecord } from '../../../store/records.ts'
import type { Store } from '../../../store/store.ts'
import { listRegisteredClients } from './registered-clients.ts'
import { clientsInUse } from './what-was-allowed.ts'

/** For which one that registered openly stays when its last grant is gone: whoever links it again has to find it. */
export const UNUSED_FOR_MS = 30 * 86_400_000

/**
 * Gives an end to each client that registered openly, was approved, and of which nothing is left that anybody allowed; and takes
 * it from those that are in use again. To be called now and then, while the clock is believed.
 * @returns how many rows that changed. @throws StorageError
 */
export async function lapseUnused(store: Store, now: () => number): Promise<number> {
  const approved = (await listRegisteredClients(store)).filter(({ record }) => record.openly && record.approved)
  if (approved.length === 0) return 0
  const inUse = await clientsInUse(store)
  let changed = 0
  for (const { id, record } of approved) {
    if (inUse.has(id) === (record.expiresAt === undefined)) continue
    const next = lapsing(record, inUse.has(id) ? undefined : now() + UNUSED_FOR_MS)
    // One that was removed meanwhile isn't brought back.
    if (!(await store.get('client', id))) continue
    await store.put('client', id, next, next.expiresAt)
    changed++
  }
  return changed
}

function lapsing({ expiresAt: _, ...record }: ClientRecord, expiresAt: number | undefined): ClientRecord {
  return expiresAt === undefined ? record : { ...record, expiresAt }
}
