import { createHmac } from 'node:crypto'
import type { Environment } from '../config/environment.ts'
import { readOwnCookie } from '../http/own-cookie.ts'
import { sameSecret } from '../secrets/secret.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { typedName, usersTyped } from './account-users.ts'
import { epochOf } from './sessions.ts'

/** Only this host can set it, and only over TLS. It lasts for 180 days. */
const COOKIE = '__Host-skillgate-known'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000'

/** An id, what stands for the user as it was then, and what proves that both were given to somebody of this name here. */
const FORM = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

export interface KnownBrowser {
  /** Counts its failures apart. */
  id: string
  /** The `Set-Cookie` header that makes it known. */
  cookie: string
}

/** Browsers in which somebody has signed in before. The cookie lets nobody in; it only counts failures apart. */
export interface KnownBrowsers {
  /**
   * The id of the browser that sends these cookies, if the user of this name was the last to sign in there, and has the
   * same password and second factor as then. Nobody is looked up for a cookie that was made up, or is of another name:
   * then nothing differs between a name that somebody has and one that nobody has.
   */
  find: (cookies: string | undefined, name: string) => Promise<string | undefined>
  /** Makes the browser of somebody known who has just signed in, or was let in by whoever runs this. */
  remember: (user: UserRecord) => KnownBrowser
}

/** @param key of 32 bytes. @see "Slow Down Online Guessing Attacks with Device Cookies" by OWASP */
export function openKnownBrowsers(
  store: Pick<Store, 'get' | 'list'>,
  { randomBytes }: Pick<Environment, 'randomBytes'>,
  key: Buffer,
): KnownBrowsers {
  const sign = (...what: (string | number)[]) => createHmac('sha256', key).update(what.join('\n')).digest('base64url')
  const stateOf = (user: UserRecord) => sign('state', user.id, epochOf(user)).slice(0, 22)
  const prove = (id: string, state: string, name: string) => sign('browser', id, state, name)

  return {
    async find(cookies, name) {
      const [, id, state, proof] = FORM.exec(readOwnCookie(cookies, COOKIE) ?? '') ?? []
      if (id === undefined || state === undefined || proof === undefined) return undefined
      if (!sameSecret(proof, prove(id, state, name))) return undefined
      const users = await usersTyped(store, name)
      return users.some((user) => sameSecret(state, stateOf(user))) ? id : undefined
    },

    remember(user) {
      const id = randomBytes(16).toString('base64url')
      const state = stateOf(user)
      return { id, cookie: `${COOKIE}=${id}.${state}.${prove(id, state, typedName(user))}; ${ATTRIBUTES}` }
    },
  }
}
