import type { EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { AuthorizationRequest } from '../checks/check-authorization-request.ts'
import { deny } from '../deny.ts'
import { needsSignIn } from './sign-in.ts'

/**
 * Answers `prompt=none`: what it would take that the client gets a code.
 * @throws OAuthError login_required, consent_required @see OpenID Connect Core section 3.1.2.6
 */
export async function refuseSilent(
  { resourceOwners, now }: Pick<AuthorizationServer, 'resourceOwners' | 'now'>,
  authorization: AuthorizationRequest,
  { headers }: Pick<EndpointRequest, 'headers'>,
): Promise<void> {
  if (!authorization.silent) return
  const session = await resourceOwners.findSession(headers.cookie)
  if (needsSignIn(authorization, session, now())) throw deny('sign-in-needed')
  throw deny('prompt-none')
}
