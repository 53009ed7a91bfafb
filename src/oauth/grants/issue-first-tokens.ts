import type { Environment } from '../../config/environment.ts'
import type { Entry } from '../../store/store.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { type Consent, type Grant, grantEntry, newGrant } from './grants.ts'
import { type Extent, issueTokens, newRefreshToken, type TokenResponse } from './issue-tokens.ts'

/** A grant with its first tokens: `entries` are to be written in one step with whatever was claimed for them. */
export interface FirstTokens {
  grant: Grant
  entries: Entry[]
  response: TokenResponse
}

/** @param access what the access token is for; the refresh token is for all that was consented to. */
export function issueFirstTokens(
  environment: Environment,
  client: RegisteredClient,
  consent: Consent,
  access: Extent = consent,
): FirstTokens {
  const grant = newGrant(environment, consent)
  const refreshes = client.grant_types.includes('refresh_token')
  const refresh = refreshes ? newRefreshToken(environment, client, grant.id, consent) : undefined
  const { accessToken, response } = issueTokens(environment, client, grant.id, access, refresh?.token)
  return { grant, entries: [grantEntry(grant, client), accessToken, ...(refresh ? [refresh.entry] : [])], response }
}
