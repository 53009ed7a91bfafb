import { hashSecret, isSecret } from '../../secrets/secret.ts'
import { isWithin } from '../../store/clock-tolerance.ts'
import type { DeviceRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { narrowResources } from '../checks/resources.ts'
import type { ClientRequest } from '../clients/client-request.ts'
import { findResourceOwner } from '../find-resource-owner.ts'
import { firstTokens, type TokenResponse } from '../grants/tokens.ts'
import { OAuthError } from '../oauth-error.ts'
import { type DeviceRequest, replaceDevice, rowExpiry } from './device-requests.ts'

/** Milliseconds by which a device has to wait longer, each time that it asked too early. */
const SLOWER_BY = 5000
/** Milliseconds; it grows no further. */
const LONGEST_INTERVAL = 60_000

/**
 * What a device gets that asks whether somebody has answered.
 * @throws OAuthError authorization_pending, slow_down, access_denied, expired_token, invalid_grant, invalid_target
 * @see RFC 8628 sections 3.4 and 3.5
 */
export async function exchangeDeviceCode(server: AuthorizationServer, request: ClientRequest): Promise<TokenResponse> {
  for (;;) {
    const device = await findDevice(server, request)
    const { decision } = device.record
    if (decision?.approved === false) throw new OAuthError('access_denied', 'The request was denied.')
    if (decision) return redeemDeviceCodeOnce(server, request, device, decision)

    const { polledAt, interval } = device.record
    const early = polledAt !== undefined && isWithin(interval - 1, polledAt, server.now())
    // Whoever doesn't listen isn't written down each time.
    if (early && interval >= LONGEST_INTERVAL) throw slowDown(interval)
    const change = { polledAt: server.now(), interval: early ? interval + SLOWER_BY : interval }
    // Where the row has changed, somebody may have answered at this very moment.
    if (await replaceDevice(server, device, change)) throw early ? slowDown(change.interval) : pending()
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
  if (record.expiresAt <= now()) throw new OAuthError('expired_token', 'The device code has expired. Begin again.')
  return { id, record }
}

type Approval = Extract<DeviceRecord['decision'], { approved: true }>

/** Of any number of tries one gets tokens, and its grant and tokens are written in the same step, or nothing is. */
async function redeemDeviceCodeOnce(
  server: AuthorizationServer,
  { client, parameters, address }: ClientRequest,
  { id, record }: DeviceRequest,
  { userName, userId }: Approval,
): Promise<TokenResponse> {
  const resources = narrowResources(server.resources, record.resources, parameters)
  if (!(await findResourceOwner(server.store, { userName, userId }))) throw invalidCode(`of ${userName}, who is gone`)
  const consent = { userName, userId, client: client.id, scopes: record.scopes, resources: record.resources }
  const { grant, entries, response } = firstTokens(server, client, consent, { scopes: record.scopes, resources })
  const redemption = { grant: grant.id, redeemedAt: server.now() }
  if (!(await server.store.insert('redemption', id, redemption, rowExpiry(record), entries))) {
    throw invalidCode('used already')
  }
  const who = { address, user: userName, client: client.id }
  server.audit({ event: 'tokens_issued', ...who, grant: grant.id, scopes: record.scopes, detail: 'to a device' })
  return response
}

function pending(): OAuthError {
  return new OAuthError('authorization_pending', 'Nobody has answered yet. Ask again later.')
}

/** @param interval milliseconds. */
function slowDown(interval: number): OAuthError {
  return new OAuthError('slow_down', `Wait ${interval / 1000} seconds before each question from now on.`)
}

function invalidCode(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'The device code is not valid. Begin again.', `device code ${detail}`)
}
