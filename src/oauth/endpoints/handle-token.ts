import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { type ClientRequest, readClientRequest } from '../clients/read-client-request.ts'
import { deny } from '../deny.ts'
import { clientOfDevice, exchangeDeviceCode } from '../device/exchange-device-code.ts'
import { exchangeCode } from '../grants/exchange-code.ts'
import { refreshTokens } from '../grants/refresh-tokens.ts'
import type { Known } from './known.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** By `grant_type`; `name` is what the configuration calls it. */
const GRANT_TYPES = {
  authorization_code: { name: 'authorization_code', exchange: exchangeCode },
  refresh_token: { name: 'refresh_token', exchange: refreshTokens },
  [DEVICE_CODE]: { name: 'device_code', exchange: exchangeDeviceCode },
} as const

/** The token endpoint: `authenticateClient` stands in `readClientRequest`. @see RFC 6749 section 3.2 */
export async function handleToken(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const clientRequest = await readClientRequest(server, request, known, (id, parameters) =>
    parameters.get('grant_type') === DEVICE_CODE ? clientOfDevice(server, id, parameters) : server.clients.find(id),
  )
  const { exchange } = checkGrantType(clientRequest)
  return jsonAnswer(200, await exchange(server, clientRequest))
}

/** @throws OAuthError unsupported_grant_type, unauthorized_client */
function checkGrantType({ client, parameters }: ClientRequest) {
  const grantType = parameters.require('grant_type')
  if (!isGrantType(grantType)) throw deny('grant-type-unknown', { known: Object.keys(GRANT_TYPES).join(' ') })
  const found = GRANT_TYPES[grantType]
  if (client.grant_types.includes(found.name)) return found
  throw deny('grant-type-not-allowed', `client ${client.id} has the grant types ${client.grant_types.join(' ')}`)
}

function isGrantType(value: string): value is keyof typeof GRANT_TYPES {
  return Object.hasOwn(GRANT_TYPES, value)
}
