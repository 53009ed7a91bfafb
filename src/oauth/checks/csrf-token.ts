import { createHmac } from 'node:crypto'
import type { Environment } from '../../config/environment.ts'
import { readOwnCookie } from '../../http/own-cookie.ts'
import { isSecret, newSecret, sameSecret } from '../../secrets/secret.ts'

/** Only this host can set it, and only over TLS. */
const COOKIE = '__Host-skillgate-csrf'

export interface CsrfToken {
  /** For the form. */
  token: string
  /** The `Set-Cookie` header, for the browser that shows the form. */
  cookie: string
}

/**
 * A token that ties a form to the browser that it was shown in, and to what it is about: an HMAC under a secret that
 * only that browser has, so that nothing needs to be stored and a restart does no harm.
 * @param about the request that the form answers, and who was signed in when it was shown.
 */
export function newCsrfToken(
  environment: Pick<Environment, 'randomBytes'>,
  cookies: string | undefined,
  about: string,
): CsrfToken {
  const secret = readCsrfSecret(cookies) ?? newSecret(environment)
  return { token: sign(secret, about), cookie: `${COOKIE}=${secret}; Path=/; Secure; HttpOnly; SameSite=Lax` }
}

/** Whether the token was made for this, in the browser that sends these cookies. */
export function checkCsrf(cookies: string | undefined, about: string, token: string): boolean {
  const secret = readCsrfSecret(cookies)
  return secret !== undefined && sameSecret(token, sign(secret, about))
}

/** What only this browser has. */
export function readCsrfSecret(cookies: string | undefined): string | undefined {
  const value = readOwnCookie(cookies, COOKIE)
  return value !== undefined && isSecret(value) ? value : undefined
}

function sign(secret: string, about: string): string {
  return createHmac('sha256', secret).update(about).digest('base64url')
}
