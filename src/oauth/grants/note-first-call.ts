import { LRUCache } from 'lru-cache'
import type { AuthorizationServer } from '../authorization-server.ts'
import { expiry } from './grants.ts'

/** So many grants are remembered as noted; a home has some tens. */
const REMEMBERED_LIMIT = 10_000

export interface FirstCall {
  grant: string
  address: string | undefined
  /** The path of the route. */
  route: string | undefined
}

/** @throws StorageError when it could not be noted; then the next call is the first. */
export type NoteFirstCall = (
  server: Pick<AuthorizationServer, 'store' | 'now' | 'audit' | 'clients'>,
  call: FirstCall,
) => Promise<void>

/** Notes once for each grant that something was called with it: the last step of every attempt to link. */
export function firstCallNoter(): NoteFirstCall {
  const noted = new LRUCache<string, true>({ max: REMEMBERED_LIMIT })

  return async function noteFirstCall({ store, now, audit, clients }, { grant: id, address, route }) {
    if (noted.has(id)) return
    noted.set(id, true)
    try {
      for (;;) {
        const grant = await store.get('grant', id)
        const client = grant && (await clients.find(grant.client))
        if (!grant || !client || grant.firstCalledAt !== undefined) return
        const called = { ...grant, revision: grant.revision + 1, firstCalledAt: now() }
        // Where somebody else has changed the row at this moment, it is looked at again.
        if (!(await store.replace('grant', id, grant.revision, called, expiry(grant, client)))) continue
        const { userName: user, client: clientId, attempt } = grant
        audit({ event: 'first_call', address, user, client: clientId, grant: id, attempt, detail: route })
        return
      }
    } catch (error) {
      noted.delete(id)
      throw error
    }
  }
}
