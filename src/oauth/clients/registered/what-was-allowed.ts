import { everyRow } from '../../../store/every-row.ts'
import type { Store } from '../../../store/store.ts'

/** What is about to become a grant comes first: whatever becomes one meanwhile is seen as that. */
const KINDS = ['code', 'device', 'grant'] as const

/** The ids of the clients that somebody has allowed something, or is about to. */
export async function clientsInUse(store: Store): Promise<Set<string>> {
  const inUse = new Set<string>()
  for (const kind of KINDS) for await (const { value } of everyRow(store, kind)) inUse.add(value.client)
  return inUse
}

/**
 * Ends all that anybody allowed a client, also what it hasn't fetched yet. A device that still waits for somebody stays.
 * @returns how many grants that were.
 */
export async function endAllowedTo(store: Store, client: string): Promise<number> {
  let grants = 0
  for (const kind of KINDS) {
    const ids: string[] = []
    for await (const { id, value } of everyRow(store, kind)) {
      const waits = 'interval' in value && !value.decision
      if (value.client === client && !waits) ids.push(id)
    }
    for (const id of ids) if ((await store.delete(kind, id)) && kind === 'grant') grants++
  }
  return grants
}
