import type { RegisteredClient } from '../clients/clients.ts'
import { deny } from '../deny.ts'
import type { Parameters } from './parameters.ts'

/**
 * The S256 challenge of an authorization request, if there is one.
 * @throws OAuthError invalid_request; some clients must send one, and `plain` is no protection.
 * @see RFC 7636 section 4.3
 */
export function checkPkce(client: RegisteredClient, parameters: Parameters): string | undefined {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    if (client.pkce === 'required') throw deny('challenge-missing')
    if (method !== undefined) throw deny('challenge-method-alone')
    return undefined
  }
  if (method !== 'S256') throw deny('challenge-method-not-s256')
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) throw deny('challenge-malformed')
  return challenge
}
