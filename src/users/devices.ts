import type { Environment } from '../config/environment.ts'
import { everyRow } from '../store/every-row.ts'
import type { DeviceCertificateRecord, UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** Ends the sentence "expected ...". It becomes the value of a header. */
export const DEVICE_NAME_FORM = '1 to 40 ASCII letters, digits and . - _'

/** As much of a certificate as is looked up. */
export interface ShownCertificate {
  commonName: string | undefined
  issuer: string
  /** SHA-256 of the whole of it, in lower-case hexadecimal. */
  fingerprint: string
}

/** Whose device it is, or why it is nobody's: for the log only. */
export type FoundDevice = { name: string; user: UserRecord } | { refused: string }

export interface ListedDevice extends DeviceCertificateRecord {
  name: string
}

/** The one spelling of a device's name; undefined for what can't be one. */
export function deviceName(typed: string): string | undefined {
  return /^[A-Za-z0-9._-]{1,40}$/.test(typed) ? typed.toLowerCase() : undefined
}

/**
 * Whose device has shown this certificate. The row has the fingerprint of the only one that was made for the device, so
 * who signed it needs no other check: nobody can make another certificate with that.
 * @param maySignIn whether this user still could, as it is configured now. @throws StorageError
 */
export async function findDevice(
  { store, now }: { store: Pick<Store, 'get'>; now: Environment['now'] },
  { commonName = '', issuer, fingerprint }: ShownCertificate,
  maySignIn: (user: UserRecord) => boolean,
): Promise<FoundDevice> {
  const shown = `${JSON.stringify(commonName)}, made by ${JSON.stringify(issuer)}`
  const name = deviceName(commonName)
  const row = name === undefined ? undefined : await store.get('device-certificate', name)
  if (name === undefined || !row) return { refused: `there is no such device: ${shown}` }
  if (row.fingerprint !== fingerprint) return { refused: `another certificate than that of ${name}: ${shown}` }
  if (row.expiresAt <= now()) return { refused: `that of ${name} expired on ${dayOf(row.expiresAt)}` }
  const user = await store.get('user', row.userName)
  if (user?.id !== row.userId) return { refused: `the user of ${name}, ${row.userName}, was removed` }
  if (user.disabled || !maySignIn(user)) return { refused: `the user of ${name}, ${row.userName}, may not sign in` }
  return { name, user }
}

/** @returns false where there is a device of that name. */
export function addDevice(store: Store, { name, ...record }: ListedDevice): Promise<boolean> {
  return store.insert('device-certificate', name, record)
}

export async function listDevices(store: Store): Promise<ListedDevice[]> {
  const devices: ListedDevice[] = []
  for await (const { id, value } of everyRow(store, 'device-certificate')) devices.push({ name: id, ...value })
  return devices
}

/** Its certificate is good for nothing from here on. @returns undefined where there is none of that name. */
export function removeDevice(store: Store, name: string): Promise<DeviceCertificateRecord | undefined> {
  return store.take('device-certificate', name)
}

/** @returns how many there were. */
export async function removeDevicesOf(store: Store, userId: string): Promise<number> {
  const own = (await listDevices(store)).filter((device) => device.userId === userId)
  for (const { name } of own) await removeDevice(store, name)
  return own.length
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
