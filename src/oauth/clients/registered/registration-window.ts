import { isOfTheFuture, isWithin } from '../../../store/clock-tolerance.ts'
import type { Store } from '../../../store/store.ts'

/** There is one for the whole house, in whatever process it was opened. */
const WINDOW = 'now'

/**
 * Lets any client register itself for a while, without a token. It ends by itself.
 * @param forMs milliseconds. @returns until when. Milliseconds since 1970. @throws StorageError
 */
export async function openRegistrationWindow(store: Store, now: number, forMs: number): Promise<number> {
  const until = now + forMs
  await store.put('registration-window', WINDOW, { openedAt: now, until }, until)
  return until
}

/** @returns whether there was one. @throws StorageError */
export function closeRegistrationWindow(store: Store): Promise<boolean> {
  return store.delete('registration-window', WINDOW)
}

/**
 * Until when any client may register itself; undefined where none may. A clock that was moved back opens none for longer
 * than it was opened for, nor once more when it comes to that time again. Milliseconds since 1970. @throws StorageError
 */
export async function registrationWindow(store: Store, now: number): Promise<number | undefined> {
  const window = await store.get('registration-window', WINDOW)
  if (!window) return undefined
  const { openedAt, until } = window
  if (isOfTheFuture(openedAt, now)) await closeRegistrationWindow(store)
  return until > now && isWithin(until - openedAt, openedAt, now) ? until : undefined
}
