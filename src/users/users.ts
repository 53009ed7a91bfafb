import type { Environment } from '../config/environment.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { canonicalName, NAME_FORM } from './names.ts'
import { checkPassword, hashOfNobody, hashPassword, LONGEST_PASSWORD, SHORTEST_PASSWORD } from './passwords.ts'

/** What a person asked for about a user can't be done; the message tells them why, in plain words. */
export class UserError extends Error {
  override name = 'UserError'
}

export interface NewUser {
  name: string
  displayName?: string
  password: string
}

/** @throws UserError when the name is taken or has another form, or the password is too easy. */
export async function addUser(store: Store, environment: Environment, user: NewUser): Promise<UserRecord> {
  const id = requireName(user.name)
  const displayName = requireDisplayName(user.displayName ?? user.name)
  requirePassword(user.password, id)
  const record: UserRecord = {
    revision: 1,
    id: environment.randomBytes(12).toString('hex'),
    name: id,
    displayName,
    password: await hashPassword(user.password, environment),
    createdAt: environment.now(),
  }
  if (!(await store.insert('user', id, record))) throw new UserError(`There is already a user called ${id}.`)
  return record
}

/** @throws UserError when there is no such user, or the password is too easy. */
export async function changePassword(
  store: Store,
  environment: Environment,
  name: string,
  password: string,
): Promise<void> {
  const user = await requireUser(store, name)
  requirePassword(password, user.name)
  const changed = { ...user, revision: user.revision + 1, password: await hashPassword(password, environment) }
  if (!(await store.replace('user', user.name, user.revision, changed))) {
    throw new UserError(`Somebody else changed ${user.name} at the same moment. Try again.`)
  }
}

/** From here on nothing that this user was given is good any more. @throws UserError when there is no such user. */
export async function removeUser(store: Store, name: string): Promise<UserRecord> {
  const user = await requireUser(store, name)
  await store.delete('user', user.name)
  return user
}

export async function listUsers(store: Store): Promise<UserRecord[]> {
  const users: UserRecord[] = []
  let cursor: string | undefined
  do {
    const page = await store.list('user', '', cursor, 100)
    users.push(...page.entries.map(({ value }) => value))
    cursor = page.cursor
  } while (cursor !== undefined)
  return users
}

export type VerifyPassword = (name: string, password: string) => Promise<UserRecord | undefined>

/** The check of a name with its password. It takes the same time for a name that nobody has. */
export async function passwordVerifier(store: Store, environment: Environment): Promise<VerifyPassword> {
  const nobody = await hashOfNobody(environment)
  return async function verifyPassword(name, password) {
    const id = canonicalName(name)
    const user = id === undefined ? undefined : await store.get('user', id)
    const matches = await checkPassword(password, user?.password ?? nobody)
    return matches ? user : undefined
  }
}

/** @throws UserError when there is no such user. */
export async function requireUser(store: Store, name: string): Promise<UserRecord> {
  const user = await store.get('user', requireName(name))
  if (!user) throw new UserError(`There is no user called ${name}. "skillgate user list" shows who there is.`)
  return user
}

/** @returns the canonical name. @throws UserError when the name is taken or has another form. */
export async function requireFreeName(store: Store, name: string): Promise<string> {
  const id = requireName(name)
  if (await store.get('user', id)) throw new UserError(`There is already a user called ${id}.`)
  return id
}

function requireName(name: string): string {
  const id = canonicalName(name)
  if (id === undefined) throw new UserError(`A user name is ${NAME_FORM}; "${name}" is not.`)
  return id
}

/** It becomes the value of a header. */
function requireDisplayName(displayName: string): string {
  if (/^[^\p{C}]{1,100}$/u.test(displayName)) return displayName
  throw new UserError('A display name has 1 to 100 characters on one line.')
}

function requirePassword(password: string, name: string): void {
  if (password.length < SHORTEST_PASSWORD)
    throw new UserError(`A password has at least ${SHORTEST_PASSWORD} characters.`)
  if (password.length > LONGEST_PASSWORD) throw new UserError(`A password has at most ${LONGEST_PASSWORD} characters.`)
  if (password.toLowerCase() === name) throw new UserError('The password must not be the name.')
}
