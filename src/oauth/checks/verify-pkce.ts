import { hashSecret, sameSecret } from '../../secrets/secret.ts'
import { deny } from '../deny.ts'

/**
 * Whether the verifier is the one that the challenge was made of; without a challenge there must be none, for else
 * somebody has taken the challenge out of the authorization request.
 * @throws OAuthError invalid_grant
 * @see RFC 7636 section 4.6, RFC 9700 section 2.1.1
 */
export function verifyPkce(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined) throw deny('verifier-unexpected', 'PKCE downgrade')
  const wellFormed = verifier !== undefined && /^[A-Za-z0-9._~-]{43,128}$/.test(verifier)
  if (wellFormed && sameSecret(hashSecret(verifier), challenge)) return
  throw deny('verifier-wrong', `verifier ${verifier ? 'wrong' : 'missing'}`)
}
