import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { forClient } from '../clients/client-request.ts'
import { exchangeDeviceCode } from '../device/exchange-device-code.ts'
import { exchangeCode } from '../grants/codes.ts'
import { refreshTokens } from '../grants/refresh-tokens.ts'
import { OAuthError } from '../oauth-error.ts'

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
