import type { Environment } from '../config/environment.ts'
import type { TokenRecord } from '../store/records.ts'
import { hashSecret, newSecret } from '../store/secrets.ts'
import type { Entry } from '../store/store.ts'
import { LIFETIME } from './lifetimes.ts'

/** @see RFC 6749 section 5.1 */
export interface TokenResponse {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  refresh_token?: string
  scope: string
}

/** A token, and the row under which it is known. */
export interface NewToken {
  token: string
  entry: Entry
}

export function newAccessToken(environment: Environment, grant: string, scopes: string[]): NewToken {
  return newToken(environment, 'access', grant, scopes, LIFETIME.accessToken)
}

export function newRefreshToken(environment: Environment, grant: string, scopes: string[]): NewToken {
  return newToken(environment, 'refresh', grant, scopes, LIFETIME.refreshToken)
}

function newToken(
  environment: Environment,
  kind: 'access' | 'refresh',
  grant: string,
  scopes: string[],
  lifetime: number,
): NewToken {
  const token = newSecret(environment)
  const expiresAt = environment.now() + lifetime
  const value: TokenRecord = { grant, scopes, expiresAt }
  return { token, entry: { kind, id: hashSecret(token), value, expiresAt } }
}

export function tokenResponse(accessToken: string, scopes: string[], refreshToken?: string): TokenResponse {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: LIFETIME.accessToken / 1000,
    refresh_token: refreshToken,
    scope: scopes.join(' '),
  }
}
