import { hashSecret, isSecret } from '../../secrets/secret.ts'
import type { RefreshRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { deny } from '../deny.ts'
import { findResourceOwner } from '../find-resource-owner.ts'
import { findUnlessInDoubt } from './find-unless-in-doubt.ts'
import type { Grant } from './grants.ts'

/** A refresh token that a client has sent. */
export interface PresentedToken {
  token: string
  id: string
  record: RefreshRecord
  grant: Grant
}

/**
 * @throws OAuthError invalid_grant when it is unknown, expired or revoked, or its user is gone; GatewayError
 * clock_unsettled when it may have expired.
 */
export async function findRefreshToken(server: AuthorizationServer, token: string): Promise<PresentedToken> {
  const id = hashSecret(token)
  const record = isSecret(token) ? await findUnlessInDoubt(server, 'refresh', id) : undefined
  if (!record) throw invalidToken('unknown or expired')
  const grant = await findUnlessInDoubt(server, 'grant', record.grant)
  if (!grant) throw invalidToken(`of grant ${record.grant}, which is revoked`)
  if (!(await findResourceOwner(server.store, grant))) throw invalidToken(`of user ${grant.userName}, who is gone`)
  return { token, id, record, grant: { id: record.grant, record: grant } }
}

/** @throws OAuthError invalid_grant */
export function checkSameClient({ grant }: PresentedToken, client: RegisteredClient): void {
  if (grant.record.client === client.id) return
  throw invalidToken(`issued to ${grant.record.client}, sent by ${client.id}`)
}

export function invalidToken(detail: string) {
  return deny('refresh-token-not-valid', `refresh token ${detail}`)
}
