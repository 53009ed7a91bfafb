import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** Whose a code or a grant is: the user of that name, unless disabled, or somebody who got the name later. */
export async function findResourceOwner(
  store: Store,
  { userName, userId }: { userName: string; userId: string },
): Promise<UserRecord | undefined> {
  const user = await store.get('user', userName)
  return user?.id === userId && !user.disabled ? user : undefined
}
