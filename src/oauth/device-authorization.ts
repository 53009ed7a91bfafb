import { type Answer, type EndpointRequest, jsonAnswer } from '../pages/answer.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { forClient } from './client-request.ts'
import type { RegisteredClient } from './clients.ts'
import { DEVICE_LIFETIME, FIRST_INTERVAL, issueDeviceCodes } from './device-requests.ts'
import { showUserCode } from './device-user-code.ts'
import { OAuthError } from './errors.ts'
import type { Parameters } from './parameters.ts'
import { checkResources } from './resources.ts'
import { checkScope } from './scopes.ts'

/** @see RFC 8628 section 3.2 */
interface DeviceAuthorizationResponse {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  /** Seconds. */
  expires_in: number
  /** Seconds. */
  interval: number
}

/** The device authorization endpoint, where a device without a browser begins. @see RFC 8628 section 3.1 */
export async function handleDeviceAuthorization(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return forClient(server, asked, async ({ client, parameters }) => {
    checkMayAsk(client)
    const scopes = checkScopeOfDevice(server, client, parameters)
    const resources = checkResources(server.resources, parameters)
    const { deviceCode, userCode } = await issueDeviceCodes(server, client.id, { scopes, resources })
    const uri = `${server.issuer}${server.basePath}/device`
    return jsonAnswer(200, {
      device_code: deviceCode,
      user_code: showUserCode(userCode),
      verification_uri: uri,
      verification_uri_complete: `${uri}?user_code=${showUserCode(userCode)}`,
      expires_in: DEVICE_LIFETIME / 1000,
      interval: FIRST_INTERVAL / 1000,
    } satisfies DeviceAuthorizationResponse)
  })
}

function checkMayAsk({ id, grant_types }: RegisteredClient): void {
  if (grant_types.includes('device_code')) return
  throw new OAuthError('unauthorized_client', 'This client may not ask for a device code.', `client ${id}`)
}

function checkScopeOfDevice(
  { defaultScopes }: AuthorizationServer,
  { scopes: allowed }: RegisteredClient,
  parameters: Parameters,
): string[] {
  const otherwise = defaultScopes.filter((scope) => allowed.includes(scope))
  const scopes = checkScope(parameters.get('scope'), allowed, otherwise)
  if (scopes.length > 0) return scopes
  throw new OAuthError('invalid_scope', `The request has to ask for a scope of: ${allowed.join(' ')}`)
}
