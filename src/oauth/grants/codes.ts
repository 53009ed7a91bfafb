import { hashSecret, isSecret, newSecret } from '../../secrets/secret.ts'
import { isWithin } from '../../store/clock-tolerance.ts'
import type { CodeRecord, UserRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { AuthorizationRequest } from '../checks/check-authorization-request.ts'
import { verifyPkce } from '../checks/pkce.ts'
import { narrowResources } from '../checks/resources.ts'
import type { ClientRequest } from '../clients/client-request.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { findResourceOwner } from '../find-resource-owner.ts'
import { OAuthError } from '../oauth-error.ts'
import { revokeGrant } from './grants.ts'
import { RETRY_WINDOW } from './lifetimes.ts'
import { firstTokens, type TokenResponse } from './tokens.ts'

/** @see RFC 6749 section 4.1.2 */
export async function issueCode(
  server: AuthorizationServer,
  { client, redirectUri, scopes, resources, challenge }: AuthorizationRequest,
  user: UserRecord,
): Promise<string> {
  const code = newSecret(server)
  const owner = { userName: user.name, userId: user.id }
  const expiresAt = server.now() + client.lifetimes.code
  const record: CodeRecord = { ...owner, client: client.id, redirectUri, scopes, resources, challenge, expiresAt }
  await server.store.put('code', hashSecret(code), record, expiresAt)
  return code
}

/**
 * Everything is checked before the code is redeemed, so that a wrong try by somebody else doesn't spend it.
 * @throws OAuthError invalid_grant, invalid_target @see RFC 6749 section 4.1.3
 */
export async function exchangeCode(server: AuthorizationServer, request: ClientRequest): Promise<TokenResponse> {
  const { client, parameters } = request
  const code = parameters.require('code')
  const redirectUri = parameters.require('redirect_uri')
  const record = isSecret(code) ? await server.store.get('code', hashSecret(code)) : undefined
  if (!record) throw invalidCode('unknown or expired')
  checkSameClientAndRedirect(record, client, redirectUri)
  verifyPkce(record.challenge, parameters.get('code_verifier'))
  const resources = narrowResources(server.resources, record.resources, parameters)
  if (!(await findResourceOwner(server.store, record))) throw invalidCode(`user ${record.userName} is gone`)
  return redeemCodeOnce(server, request, { id: hashSecret(code), record, resources })
}

function checkSameClientAndRedirect(record: CodeRecord, client: RegisteredClient, redirectUri: string): void {
  if (record.client !== client.id) throw invalidCode(`issued to ${record.client}, sent by ${client.id}`)
  if (record.redirectUri !== redirectUri)
    throw invalidCode(`issued for ${record.redirectUri}, sent for another redirect URI`)
}

interface CheckedCode {
  id: string
  record: CodeRecord
  /** What the access token is for. */
  resources?: string[]
}

/** Of any number of tries one gets tokens, and its grant and tokens are written in the same step, or nothing is. */
async function redeemCodeOnce(
  server: AuthorizationServer,
  { client, address }: ClientRequest,
  { id, record, resources }: CheckedCode,
): Promise<TokenResponse> {
  const { grant, entries, response } = firstTokens(server, client, record, { scopes: record.scopes, resources })
  const redemption = { grant: grant.id, redeemedAt: server.now() }
  // No shorter than the code's own life, which the clock and the configuration may have changed meanwhile.
  const until = Math.max(record.expiresAt, server.now() + client.lifetimes.code)
  const who = { address, user: record.userName, client: client.id }
  if (!(await server.store.insert('redemption', id, redemption, until, entries))) {
    await refuseReplay(server, id, who)
  }
  server.audit({ event: 'code_redeemed', ...who, grant: grant.id, scopes: record.scopes })
  return response
}

/** A replay ends what the code gave, unless it comes so soon that it is a retry. @see RFC 6749 section 4.1.2 */
async function refuseReplay(server: AuthorizationServer, id: string, who: object): Promise<never> {
  const first = await server.store.get('redemption', id)
  if (first && !isWithin(RETRY_WINDOW, first.redeemedAt, server.now())) {
    await revokeGrant(server, first.grant)
    server.audit({ event: 'code_reused', ...who, grant: first.grant, detail: 'its grant is revoked' })
    throw invalidCode(`used again, its grant ${first.grant} is revoked`)
  }
  throw invalidCode('used twice at the same time')
}

function invalidCode(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'The authorization code is not valid.', `code ${detail}`)
}
