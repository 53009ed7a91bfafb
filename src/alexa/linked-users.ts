import { LRUCache } from 'lru-cache'
import { StorageError } from '../files/storage-error.ts'
import { hashSecret } from '../secrets/secret.ts'
import type { Store } from '../store/store.ts'

/** So many are remembered to have been written down; that of any other is written once more. */
const NOTED_LIMIT = 1000

/** Which grant Alexa has for whom: when a skill is switched off it says only by which of its own ids. */
export interface LinkedUsers {
  /** Where it can't be written down, the next request does. */
  note: (userId: string, grantId: string) => Promise<void>
  /** The id of a grant. @throws StorageError */
  find: (userId: string) => Promise<string | undefined>
  /** @throws StorageError */
  forget: (userId: string) => Promise<void>
}

export function openLinkedUsers(store: Pick<Store, 'get' | 'put' | 'delete'>): LinkedUsers {
  const noted = new LRUCache<string, string>({ max: NOTED_LIMIT })

  return {
    async note(userId, grantId) {
      const id = hashSecret(userId)
      if (noted.get(id) === grantId) return
      try {
        await store.put('alexa-user', id, { grant: grantId })
        noted.set(id, grantId)
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
      }
    },
    async find(userId) {
      return (await store.get('alexa-user', hashSecret(userId)))?.grant
    },
    async forget(userId) {
      noted.delete(hashSecret(userId))
      await store.delete('alexa-user', hashSecret(userId))
    },
  }
}
