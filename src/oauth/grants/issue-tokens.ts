import type { Environment } from '../../config/environment.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'
import type { Entry } from '../../store/store.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { EXPIRED_KNOWN_MS } from './why-refused.ts'

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

/** What a token is for. */
export interface Extent {
  scopes: string[]
  /** All, if absent. @see RFC 8707 */
  resources?: string[]
}

/** A new access token of a grant: its row is to be written with whatever it is issued for. */
export interface IssuedTokens {
  accessToken: Entry
  response: TokenResponse
}

/**
 * The tokens that a client is given, whatever for.
 * @param extent of the access token. @param refreshToken the one that the client is to use next, if any.
 */
export function issueTokens(
  environment: Environment,
  { lifetimes }: Pick<RegisteredClient, 'lifetimes'>,
  grant: string,
  extent: Extent,
  refreshToken?: string,
): IssuedTokens {
  const token = newSecret(environment)
  const response: TokenResponse = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: lifetimes.accessToken / 1000,
    refresh_token: refreshToken,
    scope: extent.scopes.join(' '),
  }
  return { accessToken: tokenEntry(environment, 'access', token, grant, extent, lifetimes.accessToken), response }
}

/** @param token the one it has to be, where it follows from another one. */
export function newRefreshToken(
  environment: Environment,
  { lifetimes }: Pick<RegisteredClient, 'lifetimes'>,
  grant: string,
  extent: Extent,
  token: string = newSecret(environment),
): NewToken {
  return { token, entry: tokenEntry(environment, 'refresh', token, grant, extent, lifetimes.refreshToken) }
}

function tokenEntry(
  { now }: Pick<Environment, 'now'>,
  kind: 'access' | 'refresh',
  token: string,
  grant: string,
  { scopes, resources }: Extent,
  lifetime: number | undefined,
): Entry {
  const issuedAt = now()
  const expiresAt = lifetime === undefined ? undefined : issuedAt + lifetime
  const value = { grant, scopes, resources, issuedAt, expiresAt }
  // The row outlives an access token, so that it can be told from one that was revoked.
  const known = kind === 'access' && expiresAt !== undefined ? expiresAt + EXPIRED_KNOWN_MS : expiresAt
  return { kind, id: hashSecret(token), value, expiresAt: known } as Entry
}
