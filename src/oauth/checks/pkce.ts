import { hashSecret, sameSecret } from '../../secrets/secret.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { OAuthError } from '../oauth-error.ts'
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
    if (client.pkce === 'required') throw new OAuthError('invalid_request', 'This client has to send a code_challenge.')
    if (method !== undefined) throw new OAuthError('invalid_request', 'A code_challenge_method needs a code_challenge.')
    return undefined
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'The code_challenge_method has to be S256.')
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    throw new OAuthError('invalid_request', 'A code_challenge has 43 characters of base64url.')
  }
  return challenge
}

/**
 * Whether the verifier is the one that the challenge was made of; without a challenge there must be none, for else
 * somebody has taken the challenge out of the authorization request.
 * @throws OAuthError invalid_grant
 * @see RFC 7636 section 4.6, RFC 9700 section 2.1.1
 */
export function verifyPkce(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined) {
    throw new OAuthError('invalid_grant', 'A code_verifier came for a code without code_challenge.', 'PKCE downgrade')
  }
  const wellFormed = verifier !== undefined && /^[A-Za-z0-9._~-]{43,128}$/.test(verifier)
  if (!wellFormed || !sameSecret(hashSecret(verifier), challenge)) {
    throw new OAuthError(
      'invalid_grant',
      'The code_verifier does not match.',
      `verifier ${verifier ? 'wrong' : 'missing'}`,
    )
  }
}
