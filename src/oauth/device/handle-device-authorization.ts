import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { countFailure, type Wait } from '../../limits/count-failures.ts'
import { addressBlock } from '../../net/address-block.ts'
import { hashSecret } from '../../secrets/secret.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkResources } from '../checks/resources.ts'
import { checkAskedScope } from '../checks/scopes.ts'
import { clientError, forClient } from '../clients/client-request.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { OAuthError } from '../oauth-error.ts'
import { DEVICE_LIFETIME, FIRST_INTERVAL, issueDeviceCodes } from './device-requests.ts'
import { showUserCode } from './user-code.ts'

/** Devices of one address that may begin within ten minutes: more than a home has. */
const MOST_BEGINNINGS = 30

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
  return forClient(server, asked, async ({ client, parameters, address }) => {
    checkMayAsk(client)
    const scopes = checkAskedScope(server, client, parameters)
    const resources = checkResources(server.resources, parameters)
    const wait = client.public && address !== undefined && (await countBeginning(server, address))
    if (wait) return tooMany(wait)
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

/** What begins is written down, and whoever knows the id of a public client can begin: not so often that a disk fills. */
async function countBeginning({ store, now }: AuthorizationServer, address: string): Promise<Wait | undefined> {
  const id = `device.${hashSecret(addressBlock(address))}`
  const counted = await countFailure(store, now, id, MOST_BEGINNINGS)
  return counted.kind === 'wait' ? counted : undefined
}

function tooMany({ seconds }: Wait): Answer {
  const answer = clientError(new OAuthError('too_many_requests', 'Too many devices have begun here. Wait a while.'))
  return { ...answer, headers: { ...answer.headers, 'Retry-After': `${seconds}` } }
}
