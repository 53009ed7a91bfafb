import { hashSecret, isSecret } from '../../secrets/secret.ts'
import { isWithin } from '../../store/clock-tolerance.ts'
import type { CodeRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { narrowResources } from '../checks/narrow-resources.ts'
import type { Parameters } from '../checks/parameters.ts'
import { requireStillAllowed } from '../checks/still-allowed.ts'
import { verifyPkce } from '../checks/verify-pkce.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import type { ClientRequest } from '../clients/read-client-request.ts'
import { deny } from '../deny.ts'
import { findResourceOwner } from '../find-resource-owner.ts'
import { findUnlessInDoubt, requirePossibleClock } from './find-unless-in-doubt.ts'
import { revokeGrant } from './grants.ts'
import { issueFirstTokens } from './issue-first-tokens.ts'
import type { TokenResponse } from './issue-tokens.ts'
import { CODE_RETRY_WINDOW_MS } from './lifetimes.ts'

/**
 * Everything is checked before the code is redeemed, so that a wrong try by somebody else doesn't spend it.
 * @throws OAuthError invalid_grant, invalid_request, invalid_target @see RFC 6749 section 4.1.3
 */
export async function exchangeCode(server: AuthorizationServer, request: ClientRequest): Promise<TokenResponse> {
  const { client, parameters, known } = request
  const code = parameters.require('code')
  requirePossibleClock(server)
  const record = isSecret(code) ? await findUnlessInDoubt(server, 'code', hashSecret(code)) : undefined
  if (!record) throw invalidCode('unknown or expired')
  known.attempt = record.attempt
  checkSameClientAndRedirect(record, client, parameters)
  verifyPkce(record.challenge, parameters.get('code_verifier'))
  const scopes = requireStillAllowed(record.scopes, client)
  const resources = narrowResources(server.resources, record.resources, parameters)
  if (!(await findResourceOwner(server.store, record))) throw invalidCode(`user ${record.userName} is gone`)
  return redeemCodeOnce(server, request, { id: hashSecret(code), record, scopes, resources })
}

function checkSameClientAndRedirect(record: CodeRecord, client: RegisteredClient, parameters: Parameters): void {
  if (record.client !== client.id) throw invalidCode(`issued to ${record.client}, sent by ${client.id}`)
  const redirectUri = parameters.get('redirect_uri') ?? impliedRedirectUri(record) ?? parameters.require('redirect_uri')
  if (record.redirectUri !== redirectUri)
    throw invalidCode(`issued for ${record.redirectUri}, sent for another redirect URI`)
}

/**
 * Where a token request may name none: PKCE says whose code it is, or there was none to repeat.
 * @see OAuth 2.1 section 4.1.3, RFC 6749 section 4.1.3
 */
function impliedRedirectUri({ challenge, redirectUriLeftOut, redirectUri }: CodeRecord): string | undefined {
  return challenge !== undefined || redirectUriLeftOut ? redirectUri : undefined
}

interface CheckedCode {
  id: string
  record: CodeRecord
  /** What of its scopes the client may still have. */
  scopes: string[]
  /** What the access token is for. */
  resources?: string[]
}

/** Of any number of tries one gets tokens, and its grant and tokens are written in the same step, or nothing is. */
async function redeemCodeOnce(
  server: AuthorizationServer,
  { client, address }: ClientRequest,
  { id, record, scopes, resources }: CheckedCode,
): Promise<TokenResponse> {
  const { grant, entries, response } = issueFirstTokens(server, client, record, { scopes, resources })
  const redemption = { grant: grant.id, redeemedAt: server.now() }
  // No shorter than the code's own life, which the clock and the configuration may have changed meanwhile.
  const until = Math.max(record.expiresAt, server.now() + client.lifetimes.code)
  const who = { address, user: record.userName, client: client.id, attempt: record.attempt }
  if (!(await server.store.insert('redemption', id, redemption, until, entries))) {
    await refuseReplay(server, { id, record }, who)
  }
  server.audit({ event: 'code_redeemed', ...who, grant: grant.id, scopes })
  return response
}

/**
 * A replay ends what the code gave, unless it comes so soon that it is a retry, or a browser has just brought the code
 * again, or the clock can't tell.
 * @see RFC 6749 section 4.1.2
 */
async function refuseReplay(
  server: AuthorizationServer,
  { id, record }: Pick<CheckedCode, 'id' | 'record'>,
  who: object,
): Promise<never> {
  const first = await server.store.get('redemption', id)
  const since = Math.max(first?.redeemedAt ?? 0, record.sentAgainAt ?? 0)
  if (first && !server.clockDoubt() && !isWithin(CODE_RETRY_WINDOW_MS, since, server.now())) {
    await revokeGrant(server, first.grant)
    server.audit({ event: 'code_reused', ...who, grant: first.grant, detail: 'its grant is revoked' })
    throw invalidCode(`used again, its grant ${first.grant} is revoked`)
  }
  throw invalidCode('used twice at the same time')
}

function invalidCode(detail: string) {
  return deny('code-not-valid', `code ${detail}`)
}
