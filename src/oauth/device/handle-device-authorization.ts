import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { type AnybodysLimits, countAnybody } from '../../limits/count-anybody.ts'
import { countFailure } from '../../limits/count-failures.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkResources } from '../checks/check-resources.ts'
import { checkScope } from '../checks/check-scope.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { readClientRequest } from '../clients/read-client-request.ts'
import { deny } from '../deny.ts'
import type { Known } from '../endpoints/known.ts'
import { requirePossibleClock } from '../grants/find-unless-in-doubt.ts'
import { DEVICE_LIFETIME_MS, FIRST_INTERVAL_MS, issueDeviceCodes } from './device-requests.ts'
import { showUserCode } from './user-code.ts'

/**
 * Devices that may begin within ten minutes: from one address more than a home has; each takes about a kilobyte of the disk
 * for twenty minutes.
 */
const LIMITS: AnybodysLimits = { address: 30, all: 300, keptForOthers: 100 }

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
export async function handleDeviceAuthorization(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const { clients } = server
  const find = (id: string) => clients.findToAsk(id, request.address)
  const { client, parameters, address } = await readClientRequest(server, request, known, find)
  checkMayAsk(client)
  requirePossibleClock(server)
  const { scopes } = checkScope(server, client, parameters)
  const resources = checkResources(server.resources, parameters)
  await countBeginning(server, client, address)
  const { deviceCode, userCode } = await issueDeviceCodes(server, client.id, {
    ...{ scopes, resources },
    ...(client.documented && { document: client.rowOnceApproved }),
  })
  const uri = `${server.issuer}${server.basePath}/device`
  return jsonAnswer(200, {
    device_code: deviceCode,
    user_code: showUserCode(userCode),
    verification_uri: uri,
    verification_uri_complete: `${uri}?user_code=${showUserCode(userCode)}`,
    expires_in: DEVICE_LIFETIME_MS / 1000,
    interval: FIRST_INTERVAL_MS / 1000,
  } satisfies DeviceAuthorizationResponse)
}

function checkMayAsk({ id, grant_types }: RegisteredClient): void {
  if (!grant_types.includes('device_code')) throw deny('may-not-ask-for-device-code', `client ${id}`)
}

/**
 * What begins is written down, and whoever knows the id of a public client can begin: not so often that a disk fills.
 * @throws OAuthError too_many_requests
 */
async function countBeginning(
  { store, now }: AuthorizationServer,
  client: RegisteredClient,
  address: string | undefined,
): Promise<void> {
  const counted = client.public
    ? await countAnybody(store, now, 'device', address, LIMITS)
    : await countFailure(store, now, `device-client.${client.id}`, LIMITS.all)
  if (counted.kind === 'wait') throw deny('too-many-devices', { headers: { 'Retry-After': `${counted.seconds}` } })
}
