import type { CodeRecord, UserRecord } from '../store/records.ts'
import { hashSecret, isSecret, newSecret } from '../store/secrets.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import type { RegisteredClient } from './clients.ts'
import { OAuthError } from './errors.ts'
import { grantEntry, newGrant, revokeGrant } from './grants.ts'
import { LIFETIME, RETRY_WINDOW } from './lifetimes.ts'
import type { Parameters } from './parameters.ts'
import { verifyPkce } from './pkce.ts'
import { findResourceOwner } from './resource-owner.ts'
import { newAccessToken, newRefreshToken, type TokenResponse, tokenResponse } from './tokens.ts'

/** @see RFC 6749 section 4.1.2 */
export async function issueCode(
  server: AuthorizationServer,
  request: AuthorizationRequest,
  user: UserRecord,
): Promise<string> {
  const code = newSecret(server)
  const record: CodeRecord = {
    userName: user.name,
    userId: user.id,
    client: request.client.id,
    redirectUri: request.redirectUri,
    scopes: request.scopes,
    challenge: request.challenge,
  }
  await server.store.put('code', hashSecret(code), record, server.now() + LIFETIME.code)
  return code
}

/**
 * Everything is checked before the code is redeemed, so that a wrong try by somebody else doesn't spend it.
 * @throws OAuthError invalid_grant @see RFC 6749 section 4.1.3
 */
export async function exchangeCode(
  server: AuthorizationServer,
  client: RegisteredClient,
  parameters: Parameters,
): Promise<TokenResponse> {
  const code = parameters.require('code')
  const redirectUri = parameters.require('redirect_uri')
  const record = isSecret(code) ? await server.store.get('code', hashSecret(code)) : undefined
  if (!record) throw invalidCode('unknown or expired')
  checkSameClientAndRedirect(record, client, redirectUri)
  verifyPkce(record.challenge, parameters.get('code_verifier'))
  if (!(await findResourceOwner(server.store, record))) throw invalidCode(`user ${record.userName} is gone`)
  return redeemCodeOnce(server, client, hashSecret(code), record)
}

function checkSameClientAndRedirect(record: CodeRecord, client: RegisteredClient, redirectUri: string): void {
  if (record.client !== client.id) throw invalidCode(`issued to ${record.client}, sent by ${client.id}`)
  if (record.redirectUri !== redirectUri)
    throw invalidCode(`issued for ${record.redirectUri}, sent for another redirect URI`)
}

/** Of any number of tries one gets tokens, and its grant and tokens are written in the same step, or nothing is. */
async function redeemCodeOnce(
  server: AuthorizationServer,
  client: RegisteredClient,
  id: string,
  record: CodeRecord,
): Promise<TokenResponse> {
  const now = server.now()
  const grant = newGrant(server, record)
  const access = newAccessToken(server, grant.id, record.scopes)
  // A public client gets none until rotation can protect it.
  const refresh = client.public ? undefined : newRefreshToken(server, grant.id, record.scopes)
  const redemption = { grant: grant.id, redeemedAt: now }
  const alongside = [grantEntry(grant), access.entry, ...(refresh ? [refresh.entry] : [])]
  if (!(await server.store.insert('redemption', id, redemption, now + LIFETIME.code, alongside))) {
    await refuseReplay(server, id)
  }
  return tokenResponse(access.token, record.scopes, refresh?.token)
}

/** A replay ends what the code gave, unless it comes so soon that it is a retry. @see RFC 6749 section 4.1.2 */
async function refuseReplay(server: AuthorizationServer, id: string): Promise<never> {
  const first = await server.store.get('redemption', id)
  if (first && server.now() - first.redeemedAt > RETRY_WINDOW) {
    await revokeGrant(server, first.grant)
    throw invalidCode(`used again, its grant ${first.grant} is revoked`)
  }
  throw invalidCode('used twice at the same time')
}

function invalidCode(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'The authorization code is not valid.', `code ${detail}`)
}
