import { createHmac } from 'node:crypto'
import type { Environment } from '../config/environment.ts'
import { readOwnCookie } from '../http/own-cookie.ts'
import { sameSecret } from '../secrets/secret.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { epochOf } from './sessions.ts'

/** Only this host can set it, and only over TLS. It lasts for 180 days. */
const COOKIE = '__Host-skillgate-known'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000'

/** An id, and what proves that it was given to somebody here. */
const FORM = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

/** Browsers in which somebody has signed in before. The cookie lets nobody in; it only counts failures apart. */
export interface KnownBrowsers {
  /**
   * The id of the browser that sends these cookies, if the user of this name was the last to sign in there, and has the
   * same password and second factor as then.
   */
  find: (cookies: string | undefined, name: string) => Promise<string | undefined>
  /** @returns the `Set-Cookie` header that makes the browser of somebody who has just signed in known. */
  remember: (user: UserRecord) => string
}

/** @param key of 32 bytes. @see "Slow Down Online Guessing Attacks with Device Cookies" by OWASP */
export function openKnownBrowsers(
  store: Pick<Store, 'get'>,
  { randomBytes }: Pick<Environment, 'randomBytes'>,
  key: Buffer,
): KnownBrowsers {
  const sign = (id: string, user: UserRecord) =>
    createHmac('sha256', key)
      .update([id, user.id, epochOf(user)].join('\n'))
      .digest('base64url')

  return {
    async find(cookies, name) {
      const [, id, proof] = FORM.exec(readOwnCookie(cookies, COOKIE) ?? '') ?? []
      if (id === undefined || proof === undefined) return undefined
      const user = await store.get('user', name)
      return user && sameSecret(proof, sign(id, user)) ? id : undefined
    },

    remember(user) {
      const id = randomBytes(16).toString('base64url')
      return `${COOKIE}=${id}.${sign(id, user)}; ${ATTRIBUTES}`
    },
  }
}
