import { hashSecret, isSecret } from '../../secrets/secret.ts'
import { isWithin } from '../../store/clock-tolerance.ts'
import type { DeviceRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { narrowResources } from '../checks/narrow-resources.ts'
import { requireStillAllowed } from '../checks/still-allowed.ts'
import type { ClientRequest } from '../clients/read-client-request.ts'
import { deny } from '../deny.ts'
import { findResourceOwner } from '../find-resource-owner.ts'
import { requirePossibleClock } from '../grants/find-unless-in-doubt.ts'
import { issueFirstTokens } from '../grants/issue-first-tokens.ts'
import type { TokenResponse } from '../grants/issue-tokens.ts'
import { type DeviceRequest, replaceDevice, rowExpiry } from './device-requests.ts'

/** By which a device has to wait longer, each time that it asked too early. */
const SLOWER_BY_MS = 5000
/** It grows no further. */
const INTERVAL_LIMIT_MS = 60_000
/** What a timer and a network may be off by: so much too early is in time, and again so soon is the same question. */
const TOLERANCE_MS = 1000

/**
 * What a device gets that asks whether somebody has answered.
 * @throws OAuthError authorization_pending, slow_down, access_denied, expired_token, invalid_grant, invalid_target
 * @see RFC 8628 sections 3.4 and 3.5
 */
export async function exchangeDeviceCode(server: AuthorizationServer, request: ClientRequest): Promise<TokenResponse> {
  requirePossibleClock(server)
  for (;;) {
    const device = await findDevice(server, request)
    const { decision } = device.record
    if (decision?.approved === false) throw deny('person-denied')
    if (decision) return redeemDeviceCodeOnce(server, request, device, decision)

    const { polledAt, interval } = device.record
    const isSooner = (ms: number) => polledAt !== undefined && isWithin(ms - 1, polledAt, server.now())
    const early = isSooner(interval - TOLERANCE_MS)
    // Whoever doesn't listen isn't written down each time.
    if (early && interval >= INTERVAL_LIMIT_MS) throw slowDown(interval)
    if (isSooner(TOLERANCE_MS)) throw deny('nobody-answered-yet')
    const change = { polledAt: server.now(), interval: early ? interval + SLOWER_BY_MS : interval }
    // Where the row has changed, somebody may have answered at this very moment.
    if (await replaceDevice(server, device, change))
      throw early ? slowDown(change.interval) : deny('nobody-answered-yet')
  }
}

async function findDevice(
  { store, now }: AuthorizationServer,
  { client, parameters }: ClientRequest,
): Promise<DeviceRequest> {
  const code = parameters.require('device_code')
  const id = hashSecret(code)
  const record = isSecret(code) ? await store.get('device', id) : undefined
  if (!record) throw invalidCode('unknown')
  if (record.client !== client.id) throw invalidCode(`issued to ${record.client}, sent by ${client.id}`)
  if (record.expiresAt <= now()) throw deny('device-code-expired')
  return { id, record }
}

type Approval = Extract<DeviceRecord['decision'], { approved: true }>

/** Of any number of tries one gets tokens, and its grant and tokens are written in the same step, or nothing is. */
async function redeemDeviceCodeOnce(
  server: AuthorizationServer,
  { client, parameters, address }: ClientRequest,
  { id, record }: DeviceRequest,
  { userName, userId, grant: grantId }: Approval,
): Promise<TokenResponse> {
  const scopes = requireStillAllowed(record.scopes, client)
  const resources = narrowResources(server.resources, record.resources, parameters)
  if (!(await findResourceOwner(server.store, { userName, userId }))) throw invalidCode(`of ${userName}, who is gone`)
  const extent = { scopes: record.scopes, resources: record.resources }
  const consent = { userName, userId, client: client.id, grant: grantId, ...extent }
  const { grant, entries, response } = issueFirstTokens(server, client, consent, { scopes, resources })
  const redemption = { grant: grant.id, redeemedAt: server.now() }
  if (!(await server.store.insert('redemption', id, redemption, rowExpiry(record), entries))) {
    throw invalidCode('used already')
  }
  const who = { address, user: userName, client: client.id }
  server.audit({ event: 'tokens_issued', ...who, grant: grant.id, scopes, detail: 'to a device' })
  return response
}

/** @param interval milliseconds. */
function slowDown(interval: number) {
  return deny('asked-too-often', { seconds: `${interval / 1000}` })
}

function invalidCode(detail: string) {
  return deny('device-code-not-valid', `device code ${detail}`)
}
