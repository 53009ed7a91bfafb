import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { type ClientRequest, readClientRequest } from '../clients/read-client-request.ts'
import { deny } from '../deny.ts'
import { clientOfDevice, exchangeDeviceCode } from '../device/exchange-device-code.ts'
import { DEVICE_CODE, GRANT_TYPES, type SentGrantType } from '../grant-types.ts'
import { exchangeCode } from '../grants/exchange-code.ts'
import { refreshTokens } from '../grants/refresh-tokens.ts'
import type { Known } from './known.ts'

/** By `grant_type`. */
const EXCHANGES = {
  authorization_code: exchangeCode,
  refresh_token: refreshTokens,
  [DEVICE_CODE]: exchangeDeviceCode,
} as const satisfies Record<SentGrantType, unknown>

/** The token endpoint: `authenticateClient` stands in `readClientRequest`. @see RFC 6749 section 3.2 */
export async function handleToken(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const clientRequest = await readClientRequest(server, request, known, (id, parameters) =>
    parameters.get('grant_type') === DEVICE_CODE ? clientOfDevice(server, id, parameters) : server.clients.find(id),
  )
  const exchange = EXCHANGES[checkGrantType(clientRequest)]
  return jsonAnswer(200, await exchange(server, clientRequest))
}

/** @throws OAuthError unsupported_grant_type, unauthorized_client */
function checkGrantType({ client, parameters }: ClientRequest): SentGrantType {
  const grantType = parameters.require('grant_type')
  if (!isGrantType(grantType)) throw deny('grant-type-unknown', { known: Object.keys(GRANT_TYPES).join(' ') })
  if (client.grant_types.includes(GRANT_TYPES[grantType])) return grantType
  throw deny('grant-type-not-allowed', `client ${client.id} has the grant types ${client.grant_types.join(' ')}`)
}

function isGrantType(value: string): value is SentGrantType {
  return Object.hasOwn(GRANT_TYPES, value)
}
