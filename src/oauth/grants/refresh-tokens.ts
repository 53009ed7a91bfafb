import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { narrowResources } from '../checks/resources.ts'
import { checkScope, stillAllowed } from '../checks/scopes.ts'
import type { ClientRequest } from '../clients/client-request.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { checkSameClient, findRefreshToken, type PresentedToken } from './find-refresh-token.ts'
import { noteUse } from './grants.ts'
import { refuseReuse, rotate } from './rotate.ts'
import { newAccessToken, type TokenResponse, tokenResponse } from './tokens.ts'

/**
 * A new access token. The refresh token stays the same, for Alexa sends old ones again, and one lost reply must not
 * unlink a home; where the client rotates, it is followed by another one.
 * @throws OAuthError invalid_grant, invalid_scope, invalid_target @see RFC 6749 section 6
 */
export async function refreshTokens(server: AuthorizationServer, request: ClientRequest): Promise<TokenResponse> {
  const { client, parameters, address } = request
  const presented = await findRefreshToken(server, parameters.require('refresh_token'))
  const { record, grant } = presented
  checkSameClient(presented, client)
  await refuseReuse(server, request, presented)
  const allowed = stillAllowed(record.scopes, client)
  const scopes = checkScope(parameters.get('scope'), allowed, allowed)
  const resources = narrowResources(server.resources, record.resources, parameters)
  const access = newAccessToken(server, client, grant.id, { scopes, resources })
  const refreshToken = await (client.refresh === 'rotate' ? rotate : keep)(server, client, presented, access.entry)
  const { userName: user, client: id } = grant.record
  server.audit({ event: 'tokens_refreshed', address, user, client: id, grant: grant.id, scopes })
  return tokenResponse(client, access.token, { scopes }, refreshToken)
}

/** @returns the same refresh token, whose life begins anew if its last use was noted. */
async function keep(
  server: AuthorizationServer,
  client: RegisteredClient,
  { token, id, record, grant }: PresentedToken,
  access: Entry,
): Promise<string> {
  await server.store.insert(access.kind, access.id, access.value, access.expiresAt)
  const expiresAt = await noteUse(server, grant, client)
  if (expiresAt !== undefined) await server.store.put('refresh', id, { ...record, expiresAt }, expiresAt)
  return token
}
