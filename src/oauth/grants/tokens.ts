import type { Environment } from '../../config/environment.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'
import type { Entry } from '../../store/store.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { type Consent, type Grant, grantEntry, newGrant } from './grants.ts'

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

/** A grant with its first tokens: `entries` are to be written in one step with whatever was claimed for them. */
export interface FirstTokens {
  grant: Grant
  entries: Entry[]
  response: TokenResponse
}

/** @param access what the access token is for; the refresh token is for all that was consented to. */
export function firstTokens(
  environment: Environment,
  client: RegisteredClient,
  consent: Consent,
  access: Extent = consent,
): FirstTokens {
  const grant = newGrant(environment, consent)
  const accessToken = newAccessToken(environment, client, grant.id, access)
  const refreshes = client.grant_types.includes('refresh_token')
  const refreshToken = refreshes ? newRefreshToken(environment, client, grant.id, consent) : undefined
  return {
    grant,
    entries: [grantEntry(grant, client), accessToken.entry, ...(refreshToken ? [refreshToken.entry] : [])],
    response: tokenResponse(client, accessToken.token, access, refreshToken?.token),
  }
}

export function newAccessToken(
  environment: Environment,
  { lifetimes }: Pick<RegisteredClient, 'lifetimes'>,
  grant: string,
  extent: Extent,
): NewToken {
  const token = newSecret(environment)
  return { token, entry: tokenEntry(environment, 'access', token, grant, extent, lifetimes.accessToken) }
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
  lifetime: number,
): Entry {
  const [issuedAt, expiresAt] = [now(), now() + lifetime]
  return { kind, id: hashSecret(token), value: { grant, scopes, resources, issuedAt, expiresAt }, expiresAt }
}

export function tokenResponse(
  { lifetimes }: Pick<RegisteredClient, 'lifetimes'>,
  accessToken: string,
  { scopes }: Extent,
  refreshToken?: string,
): TokenResponse {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimes.accessToken / 1000,
    refresh_token: refreshToken,
    scope: scopes.join(' '),
  }
}
