import type { Environment } from '../config/environment.ts'
import { explainPasswordProblem } from '../pages/password-problem.ts'
import { everyRow } from '../store/every-row.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { findAccountUser, isAccountUser } from './account-users.ts'
import { ACCOUNT_MARK, canonicalName, NAME_FORM } from './names.ts'
import { checkPassword, hashOfNobody, hashPassword } from './passwords.ts'
import { type PasswordOwner, refusePassword } from './refuse-password.ts'

/** What a person asked for about a user can't be done; the message tells them why, in plain words. */
export class UserError extends Error {
  override name = 'UserError'
}

export interface NewUser {
  name: string
  displayName?: string
  password: string
  /** As `requireEmail` has it. */
  email?: string
  /** The name under which the gateway is reached: no part of a password. */
  host?: string
}

/** @throws UserError when the name is taken or has another form, or the password is too easy. */
export async function addUser(store: Store, environment: Environment, user: NewUser): Promise<UserRecord> {
  const id = requireName(user.name)
  const displayName = requireDisplayName(user.displayName ?? user.name)
  await requirePassword(user.password, { name: id, displayName, host: user.host })
  const record: UserRecord = {
    revision: 1,
    id: environment.randomBytes(12).toString('hex'),
    name: id,
    displayName,
    ...(user.email !== undefined && { email: user.email }),
    password: await hashPassword(user.password, environment),
    createdAt: environment.now(),
  }
  if (!(await store.insert('user', id, record))) throw new UserError(`There is already a user called ${id}.`)
  return record
}

/**
 * Ends the sessions, not what was linked.
 * @param host as of a new user. @throws UserError when there is no such user, or the password is too easy.
 */
export async function changePassword(
  store: Store,
  environment: Environment,
  name: string,
  password: string,
  host?: string,
): Promise<void> {
  const user = await requireUser(store, name)
  if (isAccountUser(user))
    throw new UserError(
      `${user.name} signs in with an account at ${user.account?.upstream}: change its password there.`,
    )
  await requirePassword(password, { ...user, host })
  await replaceUser(store, user, {
    password: await hashPassword(password, environment),
    sessionEpoch: nextSessionEpoch(user),
  })
}

/** From here on this user can't sign in, and the sessions are over. @throws UserError when there is no such user. */
export async function disableUser(store: Store, name: string): Promise<UserRecord> {
  const user = await requireUser(store, name)
  return replaceUser(store, user, { disabled: true, sessionEpoch: nextSessionEpoch(user) })
}

/** @throws UserError when there is no such user. */
export async function enableUser(store: Store, name: string): Promise<UserRecord> {
  return replaceUser(store, await requireUser(store, name), { disabled: undefined })
}

/** From here on nothing that this user was given is good any more. @throws UserError when there is no such user. */
export async function removeUser(store: Store, name: string): Promise<UserRecord> {
  const user = await requireUser(store, name)
  await store.delete('user', user.name)
  return user
}

export async function listUsers(store: Store): Promise<UserRecord[]> {
  const users: UserRecord[] = []
  for await (const { value } of everyRow(store, 'user')) users.push(value)
  return users
}

export type VerifyPassword = (name: string, password: string) => Promise<UserRecord | undefined>

/** The check of a name with its password. It takes the same time for a name that nobody has, or nobody may use. */
export async function passwordVerifier(store: Store, environment: Environment): Promise<VerifyPassword> {
  const nobody = await hashOfNobody(environment)
  return async function verifyPassword(name, password) {
    const id = canonicalName(name)
    const user = id === undefined ? undefined : await store.get('user', id)
    const matches = await checkPassword(password, user?.password ?? nobody)
    return matches && !user?.disabled ? user : undefined
  }
}

/** @param name of an account elsewhere with its upstream before it. @throws UserError when there is no such user. */
export async function requireUser(store: Store, name: string): Promise<UserRecord> {
  const user = name.includes(ACCOUNT_MARK)
    ? await findAccountUser(store, name)
    : await store.get('user', requireName(name))
  if (!user) throw new UserError(`There is no user called ${name}. "skillgate user list" shows who there is.`)
  return user
}

/**
 * Changes a user who was just read.
 * @returns the user from now on. @throws UserError when somebody else has changed or removed the user meanwhile.
 */
export async function replaceUser(store: Store, user: UserRecord, change: Partial<UserRecord>): Promise<UserRecord> {
  const changed = { ...user, ...change, revision: user.revision + 1 }
  if (await store.replace('user', user.name, user.revision, changed)) return changed
  throw new UserError(`Somebody else changed ${user.name} at the same moment. Try again.`)
}

/** What makes all sessions of this user end. */
export function nextSessionEpoch({ sessionEpoch = 0 }: UserRecord): number {
  return sessionEpoch + 1
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

async function requirePassword(password: string, owner: PasswordOwner): Promise<void> {
  const problem = await refusePassword(password, owner)
  if (problem) throw new UserError(explainPasswordProblem(problem, 'en'))
}
