import type { AuthorizationServer } from './authorization-server.ts'
import type { ClientRequest } from './client-request.ts'
import { OAuthError } from './errors.ts'
import type { TokenResponse } from './tokens.ts'

export async function exchangeDeviceCode(
  _server: AuthorizationServer,
  _request: ClientRequest,
): Promise<TokenResponse> {
  throw new OAuthError('invalid_grant', 'The device code is not valid.')
}
