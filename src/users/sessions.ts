import type { Environment } from '../config/environment.ts'
import { readOwnCookie } from '../http/own-cookie.ts'
import { hashSecret, isSecret, newSecret } from '../secrets/secret.ts'
import { isOfTheFuture } from '../store/clock-tolerance.ts'
import type { SessionRecord, UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** Only this host can set it, and only over TLS. */
const COOKIE = '__Host-skillgate-session'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** For the second factor, once the password was right. */
const PENDING_LIFETIME_MS = 5 * 60_000
/** Between two writings of when a session was last used. */
const TOUCH_INTERVAL_MS = 60_000

/** In milliseconds. */
export interface SessionLimits {
  /** How long a session may be left alone; some minutes at least, for its use is noted once a minute. */
  idle: number
  /** The limit of how long it lasts. */
  absolute: number
}

export interface FoundSession {
  user: UserRecord
  /** The hash of the cookie. */
  id: string
  /** Milliseconds since 1970. */
  signedInAt: number
}

export interface Sessions {
  /** @returns the `Set-Cookie` header of a new session. */
  begin: (user: UserRecord) => Promise<string>
  /** The same for a pending sign-in: the second factor is still to come. */
  beginPending: (user: UserRecord) => Promise<string>
  find: (cookies: string | undefined) => Promise<FoundSession | undefined>
  /** The session with this id, which is used by that. */
  use: (id: string) => Promise<FoundSession | undefined>
  /** The same without using it. */
  read: (id: string) => Promise<FoundSession | undefined>
  findPending: (cookies: string | undefined) => Promise<FoundSession | undefined>
  /** @returns false when it was ended already. */
  end: (session: FoundSession) => Promise<boolean>
}

/** The `Set-Cookie` header that makes a browser forget its session. */
export const FORGET_SESSION = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`

/** Who is signed in in which browser. @param maySignIn whether this user still could, as it is configured now. */
export function openSessions(
  store: Store,
  environment: Environment,
  { idle, absolute }: SessionLimits,
  maySignIn: (user: UserRecord) => boolean = () => true,
): Sessions {
  async function begin(user: UserRecord, state: SessionRecord['state']): Promise<string> {
    const secret = newSecret(environment)
    const at = environment.now()
    const times = { createdAt: at, lastUsedAt: at }
    const session = { revision: 1, userName: user.name, userId: user.id, epoch: epochOf(user), state, ...times }
    await store.put('session', hashSecret(secret), session, endOf(session))
    return `${COOKIE}=${secret}; ${ATTRIBUTES}`
  }

  async function read(id: string | undefined, state: SessionRecord['state']) {
    const session = id === undefined ? undefined : await store.get('session', id)
    if (id === undefined || !session || session.state !== state || endOf(session) <= environment.now()) return undefined
    if (isOfTheFuture(session.lastUsedAt, environment.now())) return undefined
    const user = await store.get('user', session.userName)
    return isStill(user, session) && maySignIn(user) ? { id, session, user, signedInAt: session.createdAt } : undefined
  }

  async function use(id: string | undefined): Promise<FoundSession | undefined> {
    const found = await read(id, 'signed-in')
    if (!found) return undefined
    const { session, user, signedInAt } = found
    const lastUsedAt = environment.now()
    if (lastUsedAt - session.lastUsedAt >= TOUCH_INTERVAL_MS) {
      const used = { ...session, revision: session.revision + 1, lastUsedAt }
      await store.replace('session', found.id, session.revision, used, endOf(used))
    }
    return { id: found.id, user, signedInAt }
  }

  function endOf({ state, createdAt, lastUsedAt }: SessionRecord): number {
    return state === 'pending' ? createdAt + PENDING_LIFETIME_MS : Math.min(lastUsedAt + idle, createdAt + absolute)
  }

  return {
    begin: (user) => begin(user, 'signed-in'),
    beginPending: (user) => begin(user, 'pending'),

    find: (cookies) => use(idOf(cookies)),
    use,
    read: (id) => read(id, 'signed-in'),
    findPending: (cookies) => read(idOf(cookies), 'pending'),
    end: ({ id }) => store.delete('session', id),
  }
}

/** Whether the user is who this was given to, and neither disabled since nor given another password or second factor. */
export function isStill(
  user: UserRecord | undefined,
  { userId, epoch }: Pick<SessionRecord, 'userId' | 'epoch'>,
): user is UserRecord {
  return user?.id === userId && !user.disabled && epochOf(user) === epoch
}

export function epochOf({ sessionEpoch = 0 }: UserRecord): number {
  return sessionEpoch
}

function idOf(cookies: string | undefined): string | undefined {
  const value = readOwnCookie(cookies, COOKIE)
  return value !== undefined && isSecret(value) ? hashSecret(value) : undefined
}
