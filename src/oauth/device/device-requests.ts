import { hashSecret, isSecret, newSecret } from '../../secrets/secret.ts'
import type { DeviceRecord, UserRecord } from '../../store/records.ts'
import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { approvalEntries } from '../clients/approval-entries.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import type { Extent } from '../grants/issue-tokens.ts'
import { newUserCode } from './user-code.ts'

/** For which a device waits for somebody. */
export const DEVICE_LIFETIME_MS = 600_000
/** For which a device is told afterwards that its code has expired, and not that there was none. */
const REMEMBERED_MS = 600_000
/** Between two questions of a device, to begin with. */
export const FIRST_INTERVAL_MS = 5000

/** A device that asks for something, as it is stored. */
export interface DeviceRequest {
  /** The hash of its device code, and no secret: but nobody can guess it. */
  id: string
  record: DeviceRecord
}

/** @returns the codes of a new request. @see RFC 8628 section 3.2 */
export async function issueDeviceCodes(
  server: AuthorizationServer,
  client: string,
  asked: Extent & Pick<DeviceRecord, 'document'>,
): Promise<{ deviceCode: string; userCode: string }> {
  const deviceCode = newSecret(server)
  const id = hashSecret(deviceCode)
  const expiresAt = server.now() + DEVICE_LIFETIME_MS
  const value: DeviceRecord = { revision: 1, client, ...asked, interval: FIRST_INTERVAL_MS, expiresAt }
  const device: Entry = { kind: 'device', id, value, expiresAt: rowExpiry(value) }
  for (;;) {
    const userCode = newUserCode(server)
    // One that somebody else's device shows right now would connect the wrong one.
    if (await server.store.insert('user-code', hashSecret(userCode), { device: id }, expiresAt, [device])) {
      return { deviceCode, userCode }
    }
  }
}

/**
 * The client of a device: where it has a document, as that was when the device began, for nobody may have approved it yet.
 * Nothing is read anew, so that people approve what they were shown.
 */
export async function clientOf(
  { clients }: Pick<AuthorizationServer, 'clients'>,
  { client: id, document }: DeviceRecord,
): Promise<RegisteredClient | undefined> {
  if (!document) return clients.find(id)
  const client = clients.withRow(id, document)
  return client && { ...client, rowOnceApproved: document }
}

/** When the row of a device may go. Milliseconds since 1970. */
export function rowExpiry({ expiresAt }: Pick<DeviceRecord, 'expiresAt'>): number {
  return expiresAt + REMEMBERED_MS
}

/** The device that waits with this user code. */
export async function findByUserCode(
  server: AuthorizationServer,
  userCode: string,
): Promise<DeviceRequest | undefined> {
  const found = await server.store.get('user-code', hashSecret(userCode))
  return found && findWaiting(server, found.device)
}

/** @returns undefined where nothing is to be decided any more. */
export async function findWaiting({ store, now }: AuthorizationServer, id: string): Promise<DeviceRequest | undefined> {
  const record = isSecret(id) ? await store.get('device', id) : undefined
  return record && !record.decision && record.expiresAt > now() ? { id, record } : undefined
}

export interface DeviceApproval {
  by: UserRecord
  client: RegisteredClient
  /** Those that they were shown: no other ones are granted, whatever the client may have later. */
  scopes: string[]
  /** The id that the grant is to have, if something was made for that already. */
  grant?: string
}

/**
 * Writes down what somebody answered.
 * @param approval absent where it was denied.
 * @returns false where it had expired, or somebody else was faster.
 */
export async function writeDecision(
  server: AuthorizationServer,
  id: string,
  approval: DeviceApproval | undefined,
): Promise<boolean> {
  const decision: DeviceRecord['decision'] = approval
    ? { approved: true, userName: approval.by.name, userId: approval.by.id, grant: approval.grant }
    : { approved: false }
  const alongside = approval && (await approvalEntries(server, approval.client))
  for (;;) {
    const waiting = await findWaiting(server, id)
    if (!waiting) return false
    // Each question of the device changes the row as well: then it is tried again.
    if (await replaceDevice(server, waiting, { decision, ...(approval && { scopes: approval.scopes }) }, alongside))
      return true
  }
}

/** @returns false where the row has changed since it was read. */
export function replaceDevice(
  { store }: AuthorizationServer,
  { id, record }: DeviceRequest,
  change: Partial<DeviceRecord>,
  alongside?: Entry[],
): Promise<boolean> {
  const changed = { ...record, ...change, revision: record.revision + 1 }
  return store.replace('device', id, record.revision, changed, rowExpiry(record), alongside)
}
