import { SealError, type Sealer } from '../secrets/seal.ts'
import { everyRow } from '../store/every-row.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** Seals somebody's session at the upstream with the account: it is as good as the password there, for 30 days. */
export function sealSession(sealer: Sealer, userId: string, session: string): string {
  return sealer.seal(session, purposeOf(userId))
}

/** @returns undefined for somebody without an account. @throws SealError when it can't be read any more. */
export function openSession(sealer: Sealer, { id, account }: UserRecord): string | undefined {
  return account && sealer.open(account.sealedSession, purposeOf(id))
}

/**
 * Seals with the newest key what an earlier one has sealed. What nobody can open any more stays as it is: its person gets
 * another one by signing in. @throws StorageError
 */
export async function sealSessionsAnew({ store, sealer }: { store: Store; sealer: Sealer }): Promise<void> {
  for await (const { id: name } of everyRow(store, 'user')) {
    for (;;) {
      const user = await store.get('user', name)
      const session = user && openUnlessLost(sealer, user)
      if (!user?.account || session === undefined || sealer.isNewest(user.account.sealedSession)) break
      const account = { ...user.account, sealedSession: sealSession(sealer, user.id, session) }
      if (await store.replace('user', name, user.revision, { ...user, account, revision: user.revision + 1 })) break
    }
  }
}

function openUnlessLost(sealer: Sealer, user: UserRecord): string | undefined {
  try {
    return openSession(sealer, user)
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}

function purposeOf(userId: string): string {
  return `account:${userId}`
}
