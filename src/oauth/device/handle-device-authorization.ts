import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { countByAddress } from '../../limits/count-by-address.ts'
import { type Counted, countFailure, type Wait } from '../../limits/count-failures.ts'
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

/** Devices that may begin within ten minutes from one address or IPv6 /64: more than a home has. */
const BEGINNINGS_LIMIT = 30
/** From everywhere; each takes about a kilobyte of the disk for twenty minutes. */
const ALL_BEGINNINGS_LIMIT = 300
/** So many of these are kept for networks from which none has begun lately: nobody uses up those of a home. */
const KEPT_FOR_OTHERS = 100

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
 * What begins is written down, and whoever knows the id of a public client can begin: not so often that a disk fills. A
 * beginning that is refused counts for its address as well.
 * @throws OAuthError too_many_requests
 */
async function countBeginning(
  { store, now }: AuthorizationServer,
  client: RegisteredClient,
  address: string | undefined,
): Promise<void> {
  if (!client.public)
    return refuseMore(await countFailure(store, now, `device-client.${client.id}`, ALL_BEGINNINGS_LIMIT))
  const ofAddress =
    address === undefined ? undefined : await countByAddress(store, now, 'device', address, BEGINNINGS_LIMIT)
  if (ofAddress) refuseMore(ofAddress)
  const isFirst = ofAddress?.kind === 'counted' && ofAddress.earlierAround === 0
  const limit = isFirst ? ALL_BEGINNINGS_LIMIT : ALL_BEGINNINGS_LIMIT - KEPT_FOR_OTHERS
  refuseMore(await countFailure(store, now, 'device-all', limit))
}

function refuseMore(counted: Counted | Wait): void {
  if (counted.kind === 'wait') throw deny('too-many-devices', { headers: { 'Retry-After': `${counted.seconds}` } })
}
