import type { Environment } from '../config/environment.ts'
import type { SignedInAccount } from '../music-assistant/sign-in.ts'
import type { Sealer } from '../secrets/seal.ts'
import { everyRow } from '../store/every-row.ts'
import type { AccountRecord, UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { sealSession } from './account-session.ts'
import { ACCOUNT_MARK, accountName, nameHere } from './names.ts'

/** What accounts are kept with. */
export interface AccountTools {
  store: Store
  environment: Environment
  sealer: Sealer
}

/** Somebody who has just signed in at an upstream. */
export interface SignedIn {
  account: SignedInAccount
  session: string
}

/** Who was kept. @property before what is known of the account from earlier, whose session is needed no more. */
export interface KeptUser {
  user: UserRecord
  before?: UserRecord
}

/** A user whose only way in is an account elsewhere; `user link` gives one to a user who has a password as well. */
export function isAccountUser({ password, account }: UserRecord): boolean {
  return password === undefined && account !== undefined
}

/** Where people sign in from. */
export interface UserSources {
  /** The upstream with the accounts that are a way in. */
  upstream: string | undefined
  /** Whether those may sign in who have a password here. */
  local: boolean
}

/** Whether this user could sign in, as it is configured now; whoever couldn't has no session either. */
export function maySignIn({ upstream, local }: UserSources): (user: UserRecord) => boolean {
  return (user) => (isAccountUser(user) ? upstream !== undefined && user.account?.upstream === upstream : local)
}

/** What this user types as a name. */
export function typedName(user: UserRecord): string {
  return isAccountUser(user) ? (user.account?.name ?? user.name) : user.name
}

/** Everybody who types this name: the user of this name here, then whoever has it elsewhere, the latest sign-in first. */
export async function usersTyped(store: Pick<Store, 'get' | 'list'>, name: string): Promise<UserRecord[]> {
  const users: UserRecord[] = []
  for await (const { value: user } of everyRow(store, 'user')) {
    if (isAccountUser(user) && typedName(user) === name) users.push(user)
  }
  users.sort((a, b) => (b.account?.sessionAt ?? 0) - (a.account?.sessionAt ?? 0))
  const here = await store.get('user', name)
  return here ? [here, ...users] : users
}

/** @param name with its upstream before it, as `user list` shows it or as it is there now. */
export async function findAccountUser(store: Store, name: string): Promise<UserRecord | undefined> {
  const there = await store.get('user', name)
  if (there) return there
  const mark = name.indexOf(ACCOUNT_MARK)
  const typed = accountName(name.slice(mark + 1)) ?? ''
  return (await usersTyped(store, typed)).find(({ account }) => account?.upstream === name.slice(0, mark))
}

/**
 * Keeps who has signed in at an upstream: a user of their own, found by the id there, which is never used again. So
 * neither a local user of the same name nor a later account of it is ever taken over, and one that is renamed stays.
 * @returns undefined for somebody who is disabled here.
 */
export async function keepAccount(
  tools: AccountTools,
  upstream: string,
  signedIn: SignedIn,
): Promise<KeptUser | undefined> {
  for (;;) {
    const before = await findById(tools.store, upstream, signedIn.account.userId)
    if (before?.disabled) return undefined
    const user = before ? await update(tools, before, upstream, signedIn) : await add(tools, upstream, signedIn)
    if (user) return { user, before }
  }
}

/** What is kept of an account. @param userId of the user here, for whom alone its session can be opened. */
export function accountRecord(
  { sealer, environment }: AccountTools,
  { upstream, userId }: { upstream: string; userId: string },
  { account: { userId: idThere, name, role }, session }: SignedIn,
): AccountRecord {
  const sealedSession = sealSession(sealer, userId, session)
  return {
    upstream,
    userId: idThere,
    name: accountName(name) ?? name,
    role,
    sealedSession,
    sessionAt: environment.now(),
  }
}

async function findById(store: Store, upstream: string, idThere: string): Promise<UserRecord | undefined> {
  for await (const { value: user } of everyRow(store, 'user', `${upstream}${ACCOUNT_MARK}`)) {
    if (isAccountUser(user) && user.account?.userId === idThere) return user
  }
  return undefined
}

/** @returns undefined when somebody else was faster. */
async function update(tools: AccountTools, user: UserRecord, upstream: string, signedIn: SignedIn) {
  const account = accountRecord(tools, { upstream, userId: user.id }, signedIn)
  const { displayName } = signedIn.account
  const changed: UserRecord = { ...user, displayName, account, revision: user.revision + 1 }
  return (await tools.store.replace('user', user.name, user.revision, changed)) ? changed : undefined
}

/** Under a name that nobody has. @returns undefined where the same account has signed in at the same moment. */
async function add(tools: AccountTools, upstream: string, signedIn: SignedIn): Promise<UserRecord | undefined> {
  const { store, environment } = tools
  const { name: nameThere, displayName, userId: idThere } = signedIn.account
  const id = environment.randomBytes(12).toString('hex')
  const account = accountRecord(tools, { upstream, userId: id }, signedIn)
  for (let count = 1; ; count++) {
    const name = nameHere(upstream, nameThere) + (count > 1 ? `-${count}` : '')
    const user: UserRecord = { revision: 1, id, name, displayName, createdAt: environment.now(), account }
    if (await store.insert('user', name, user)) return user
    if ((await store.get('user', name))?.account?.userId === idThere) return undefined
  }
}
