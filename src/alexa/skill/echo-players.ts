import { hashSecret } from '../../secrets/secret.ts'
import { everyRow } from '../../store/every-row.ts'
import type { Store } from '../../store/store.ts'

/** Which player an Echo stands beside, as somebody has said. Each person has their own answers. */
export interface EchoPlayers {
  /** @returns the id of the player. @throws StorageError */
  find(userId: string, deviceId: string): Promise<string | undefined>
  /** @throws StorageError */
  remember(userId: string, deviceId: string, player: string): Promise<void>
}

export function echoPlayers(store: Store, now: () => number): EchoPlayers {
  return {
    async find(userId, deviceId) {
      return (await store.get('echo', rowId(userId, deviceId)))?.player
    },
    async remember(userId, deviceId, player) {
      await store.put('echo', rowId(userId, deviceId), { player, saidAt: now() })
    },
  }
}

/** Forgets what somebody has said who is no user any more. @throws StorageError */
export async function forgetEchoPlayers(store: Store, userId: string): Promise<void> {
  for await (const { id } of everyRow(store, 'echo', `${userId}.`)) await store.delete('echo', id)
}

/** Amazon's ids of devices are long, and tell about their owners. */
function rowId(userId: string, deviceId: string): string {
  return `${userId}.${hashSecret(deviceId)}`
}
