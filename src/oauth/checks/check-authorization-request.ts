import type { AuthorizationServer } from '../authorization-server.ts'
import { findClient, type RegisteredClient } from '../clients/clients.ts'
import { isClientIdUrl } from '../clients/documents/check-client-id-url.ts'
import { deny } from '../deny.ts'
import type { Known } from '../endpoints/known.ts'
import type { RedirectTarget } from '../redirect-with-code.ts'
import { checkPkce } from './check-pkce.ts'
import { checkPrompt, type Prompt } from './check-prompt.ts'
import { checkRedirectUri } from './check-redirect-uri.ts'
import { checkResources } from './check-resources.ts'
import { checkScope } from './check-scope.ts'
import { Parameters } from './parameters.ts'

/** An authorization request that may be shown to the resource owner. */
export interface AuthorizationRequest extends RedirectTarget, Pick<Prompt, 'signInAgain' | 'maxAgeMs'> {
  /** Whether it named no redirect URI, because its client has only one. */
  redirectUriLeftOut?: true
  scopes: string[]
  /** The scopes that it asks for and that its client may not have. */
  leftOut?: string[]
  resources?: string[]
  challenge?: string
  /** Whether nothing may be shown. */
  silent?: boolean
}

/** What came, and from where. */
interface Asked {
  /** As it came. */
  query: string
  /** Undefined where a trusted proxy doesn't tell. */
  address: string | undefined
  /** Whether somebody has seen the page for it and pressed a button there. */
  pressed?: boolean
}

/**
 * Checks a whole authorization request, the redirect URI first. @throws OAuthError @see RFC 6749 section 4.1.1
 */
export async function checkAuthorizationRequest(
  server: AuthorizationServer,
  { query, address, pressed = false }: Asked,
  known: Known,
): Promise<AuthorizationRequest> {
  const parameters = new Parameters(query)
  // Whoever is refused for its document is to be found by its name in `skillgate trace`, too.
  known.client = parameters.getAll('client_id').find(isClientIdUrl)
  const client = await findClient(server.clients, parameters, address)
  known.client = client.id
  const redirectUri = checkRedirectUri(client, parameters)
  const target = { client, redirectUri, state: stateOf(parameters) }
  // From here on the redirect URI is one of the client's own: errors go there.
  if (pressed || !isStranger(client)) known.redirectTarget = target
  const authorization = checkAfterTrust(server, parameters, target)
  return parameters.get('redirect_uri') === undefined ? { ...authorization, redirectUriLeftOut: true } : authorization
}

/**
 * Whether anybody may have registered it, and nobody's approval keeps it: whoever has pressed nothing isn't sent on to where
 * strangers like, by the good name of this host. @see RFC 9700 section 4.11.2
 */
function isStranger({ selfRegistered, rowOnceApproved }: RegisteredClient): boolean {
  return selfRegistered === true && rowOnceApproved !== undefined
}

/** All that is checked once errors may be sent to the redirect URI. @throws OAuthError */
export function checkAfterTrust(
  server: Pick<AuthorizationServer, 'defaultScopes' | 'resources'>,
  parameters: Parameters,
  target: RedirectTarget,
): AuthorizationRequest {
  const { client } = target
  parameters.checkNoneTwice()
  checkResponseType(parameters)
  checkNothingUnsupported(parameters)
  checkMayAsk(client)
  return {
    ...target,
    ...checkScope(server, client, parameters),
    resources: checkResources(server.resources, parameters),
    challenge: checkPkce(client, parameters),
    ...checkPrompt(parameters),
  }
}

function checkMayAsk({ id, grant_types }: RegisteredClient): void {
  if (!grant_types.includes('authorization_code')) throw deny('may-not-ask-for-code', `client ${id}`)
}

function checkResponseType(parameters: Parameters): void {
  if (parameters.require('response_type') !== 'code') throw deny('response-type-not-code')
}

/** What would change the meaning of the request, and isn't understood here, is said to be so. */
function checkNothingUnsupported(parameters: Parameters): void {
  if (parameters.get('request')) throw deny('request-object')
  if (parameters.get('request_uri')) throw deny('request-uri')
  if ((parameters.get('response_mode') ?? 'query') !== 'query') throw deny('response-mode-not-query')
}

/** One that is there twice is none; `checkNoneTwice` refuses it once there is somewhere to send that to. */
function stateOf(parameters: Parameters): string | undefined {
  try {
    return parameters.get('state')
  } catch {
    return undefined
  }
}
