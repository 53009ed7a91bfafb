import type { Environment } from '../config/environment.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { typedName, usersTyped } from './account-users.ts'
import { codeToType } from './code-to-type.ts'
import type { HashTyped } from './hash-typed.ts'

/** For which a code is good: to read it out to somebody, and to type it. */
const UNLOCK_CODE_LIFETIME_MS = 10 * 60_000

const LENGTH = 8

/**
 * A code that whoever runs this gives to somebody whose name strangers have locked out: the browser in which it is typed
 * is then a known one. It lets nobody in, so 34 bits are enough for ten minutes in which guesses are counted.
 * @returns the code, as people see it.
 */
export async function newUnlockCode(
  store: Store,
  environment: Environment,
  hashTyped: HashTyped,
  user: UserRecord,
): Promise<string> {
  const code = codeToType(environment, LENGTH)
  await store.put(
    'unlock-code',
    rowOf(hashTyped, typedName(user), code),
    { userId: user.id },
    environment.now() + UNLOCK_CODE_LIFETIME_MS,
  )
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`
}

/**
 * Uses a code up: of any number who have the same one, one gets through.
 * @param typed in any case, with or without dashes and spaces. @returns whose it was, unless it isn't good for this name.
 */
export async function spendUnlockCode(
  store: Store,
  hashTyped: HashTyped,
  name: string | undefined,
  typed: string,
): Promise<UserRecord | undefined> {
  const code = typed.replace(/[\s\p{Dash}]/gu, '').toUpperCase()
  if (name === undefined || code.length !== LENGTH) return undefined
  const spent = await store.take('unlock-code', rowOf(hashTyped, name, code))
  if (!spent) return undefined
  return (await usersTyped(store, name)).find(({ id }) => id === spent.userId)
}

/** The same code for another name is another one: who guesses has to know both. */
function rowOf(hashTyped: HashTyped, name: string, code: string): string {
  return hashTyped(`${name}\n${code}`)
}
