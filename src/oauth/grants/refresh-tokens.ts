import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { narrowResources } from '../checks/narrow-resources.ts'
import { narrowScope } from '../checks/narrow-scope.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import type { ClientRequest } from '../clients/read-client-request.ts'
import { checkSameClient, findRefreshToken, type PresentedToken } from './find-refresh-token.ts'
import { noteUse } from './grants.ts'
import { issueTokens, type TokenResponse } from './issue-tokens.ts'
import { refuseReuse, rotate } from './rotate.ts'

/**
 * A new access token. The refresh token stays the same, for Alexa sends old ones again, and one lost reply must not
 * unlink a home; where the client rotates, it is followed by another one.
 * @throws OAuthError invalid_grant, invalid_scope, invalid_target @see RFC 6749 section 6
 */
export async function refreshTokens(server: AuthorizationServer, request: ClientRequest): Promise<TokenResponse> {
  const { client, parameters, address, known } = request
  const presented = await findRefreshToken(server, parameters.require('refresh_token'))
  const { record, grant } = presented
  known.grant = grant.id
  checkSameClient(presented, client)
  await refuseReuse(server, request, presented)
  const scopes = narrowScope(record.scopes, client, parameters)
  const resources = narrowResources(server.resources, record.resources, parameters)
  const { accessToken, response } = issueTokens(server, client, grant.id, { scopes, resources })
  const followUp = client.refresh === 'rotate' ? rotate : keep
  const refreshToken = await followUp(server, client, presented, accessToken)
  const { userName: user, client: id } = grant.record
  server.audit({ event: 'tokens_refreshed', address, user, client: id, grant: grant.id, scopes })
  return { ...response, refresh_token: refreshToken }
}

/** @returns the same refresh token, whose life begins anew if its last use was noted. */
async function keep(
  server: AuthorizationServer,
  client: RegisteredClient,
  { token, id, record, grant }: PresentedToken,
  access: Entry,
): Promise<string> {
  await server.store.insert(access.kind, access.id, access.value, access.expiresAt)
  const noted = await noteUse(server, grant, client)
  if (noted) await server.store.put('refresh', id, { ...record, ...noted }, noted.expiresAt)
  return token
}
