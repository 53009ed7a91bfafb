import type { AuthorizationServer } from '../authorization-server.ts'
import { findClient, type RegisteredClient } from '../clients/clients.ts'
import { OAuthError } from '../oauth-error.ts'
import { checkRedirectUri } from './check-redirect-uri.ts'
import type { Parameters } from './parameters.ts'
import { checkPkce } from './pkce.ts'
import { checkResources } from './resources.ts'
import { checkAskedScope } from './scopes.ts'

/** Where the outcome of an authorization request may be sent, also when it is an error. */
export interface RedirectTarget {
  client: RegisteredClient
  redirectUri: string
  /** The client's own, as a latin1 string of its bytes. */
  state?: string
}

/** An authorization request that may be shown to the resource owner. */
export interface AuthorizationRequest extends RedirectTarget {
  scopes: string[]
  resources?: string[]
  challenge?: string
  /** Whether whoever is signed in already has to sign in again. */
  signInAgain: boolean
}

/** @throws OAuthError that must be shown on a page: until this returns, nobody may be sent anywhere. */
export async function checkRedirectTarget(
  server: AuthorizationServer,
  parameters: Parameters,
): Promise<RedirectTarget> {
  const client = await findClient(server.clients, parameters)
  const redirectUri = checkRedirectUri(client, parameters)
  return { client, redirectUri, state: stateOf(parameters) }
}

/** @throws OAuthError that may be sent to the redirect target. @see RFC 6749 section 4.1.1 */
export function checkAuthorizationRequest(
  server: AuthorizationServer,
  parameters: Parameters,
  target: RedirectTarget,
): AuthorizationRequest {
  parameters.checkNoneTwice()
  checkResponseType(parameters)
  const prompts = checkNothingUnsupported(parameters)
  checkMayAsk(target.client)
  return {
    ...target,
    scopes: checkAskedScope(server, target.client, parameters),
    resources: checkResources(server.resources, parameters),
    challenge: checkPkce(target.client, parameters),
    signInAgain: prompts.includes('login') || prompts.includes('select_account'),
  }
}

function checkMayAsk({ id, grant_types }: RegisteredClient): void {
  if (grant_types.includes('authorization_code')) return
  throw new OAuthError('unauthorized_client', 'This client may not ask for a code.', `client ${id}`)
}

function checkResponseType(parameters: Parameters): void {
  if (parameters.require('response_type') === 'code') return
  throw new OAuthError('unsupported_response_type', 'The response_type has to be code.')
}

/** What would change the meaning of the request, and isn't understood here, is said to be so. @returns the prompts. */
function checkNothingUnsupported(parameters: Parameters): string[] {
  if (parameters.get('request')) throw new OAuthError('request_not_supported', 'Request objects are not supported.')
  if (parameters.get('request_uri'))
    throw new OAuthError('request_uri_not_supported', 'A request_uri is not supported.')
  if ((parameters.get('response_mode') ?? 'query') !== 'query') {
    throw new OAuthError('invalid_request', 'The response_mode has to be query.')
  }
  const prompts = parameters.get('prompt')?.split(' ') ?? []
  if (prompts.includes('none')) {
    throw new OAuthError('consent_required', 'Nobody can be linked here without being asked.')
  }
  return prompts
}

function stateOf(parameters: Parameters): string | undefined {
  try {
    return parameters.get('state')
  } catch {
    return undefined
  }
}
