import type { TokenRecord } from '../store/records.ts'
import { hashSecret, isSecret } from '../store/secrets.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import type { RegisteredClient } from './clients.ts'
import { OAuthError } from './errors.ts'
import { type Grant, noteUse } from './grants.ts'
import type { Parameters } from './parameters.ts'
import { findResourceOwner } from './resource-owner.ts'
import { checkScope, stillAllowed } from './scopes.ts'
import { newAccessToken, type TokenResponse, tokenResponse } from './tokens.ts'

/**
 * A new access token. The refresh token stays the same: Alexa sends old ones again, and one lost reply must not unlink
 * a home. @throws OAuthError invalid_grant, invalid_scope @see RFC 6749 section 6
 */
export async function refreshTokens(
  server: AuthorizationServer,
  client: RegisteredClient,
  parameters: Parameters,
): Promise<TokenResponse> {
  const token = parameters.require('refresh_token')
  const { record, grant } = await findRefreshToken(server, token)
  checkSameClient(grant, client)
  const allowed = stillAllowed(record.scopes, client)
  const scopes = checkScope(parameters.get('scope'), allowed, allowed)
  const access = newAccessToken(server, grant.id, scopes)
  const { kind, id, value, expiresAt } = access.entry
  await server.store.insert(kind, id, value, expiresAt)
  await keepAlive(server, token, record, grant)
  return tokenResponse(access.token, scopes, token)
}

async function findRefreshToken(
  { store }: AuthorizationServer,
  token: string,
): Promise<{ record: TokenRecord; grant: Grant }> {
  const record = isSecret(token) ? await store.get('refresh', hashSecret(token)) : undefined
  if (!record) throw invalidToken('unknown or expired')
  const grant = await store.get('grant', record.grant)
  if (!grant) throw invalidToken(`of grant ${record.grant}, which is revoked`)
  if (!(await findResourceOwner(store, grant))) throw invalidToken(`of user ${grant.userName}, who is gone`)
  return { record, grant: { id: record.grant, record: grant } }
}

function checkSameClient(grant: Grant, client: RegisteredClient): void {
  if (grant.record.client !== client.id) throw invalidToken(`issued to ${grant.record.client}, sent by ${client.id}`)
}

async function keepAlive(server: AuthorizationServer, token: string, record: TokenRecord, grant: Grant): Promise<void> {
  const expiresAt = await noteUse(server, grant)
  if (expiresAt !== undefined) await server.store.put('refresh', hashSecret(token), { ...record, expiresAt }, expiresAt)
}

function invalidToken(detail: string): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The refresh token is not valid. Link the account again.',
    `refresh token ${detail}`,
  )
}
