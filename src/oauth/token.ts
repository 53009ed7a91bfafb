import { type Answer, type EndpointRequest, jsonAnswer } from '../pages/answer.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { forClient } from './client-request.ts'
import { exchangeCode } from './codes.ts'
import { exchangeDeviceCode } from './device-codes.ts'
import { OAuthError } from './errors.ts'
import { refreshTokens } from './refresh.ts'

/** By `grant_type`; `name` is what the configuration calls it. */
const GRANT_TYPES = {
  authorization_code: { name: 'authorization_code', run: exchangeCode },
  refresh_token: { name: 'refresh_token', run: refreshTokens },
  'urn:ietf:params:oauth:grant-type:device_code': { name: 'device_code', run: exchangeDeviceCode },
} as const

/** The token endpoint. @see RFC 6749 section 3.2 */
export async function handleToken(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return forClient(server, asked, async (request) => {
    const { client, parameters } = request
    const grantType = parameters.require('grant_type')
    if (!isGrantType(grantType)) {
      const known = Object.keys(GRANT_TYPES).join(' ')
      throw new OAuthError('unsupported_grant_type', `The grant_type has to be one of: ${known}`)
    }
    const { name, run } = GRANT_TYPES[grantType]
    if (!client.grant_types.includes(name)) {
      const detail = `client ${client.id} has the grant types ${client.grant_types.join(' ')}`
      throw new OAuthError('unauthorized_client', 'This client may not use this grant_type.', detail)
    }
    return jsonAnswer(200, await run(server, request))
  })
}

function isGrantType(value: string): value is keyof typeof GRANT_TYPES {
  return Object.hasOwn(GRANT_TYPES, value)
}
