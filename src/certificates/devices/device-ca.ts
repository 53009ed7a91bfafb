import type { RandomBytes } from '../local/local-ca.ts'
import { type CaKind, type LocalCa, openLocalCa, renewLocalCa } from '../local/open-local-ca.ts'
import { DAY } from '../server-certificate.ts'

/** How long a device's certificate is good: longer than most people keep a phone, and it can be ended any day. */
export const DEVICE_LIFE_MS = 730 * DAY

/** No device has to trust it: it only tells which certificates a browser may show. */
const DEVICES: CaKind = {
  file: 'device-ca',
  title: 'Skillgate devices',
  loss: 'and browsers offer the certificates of devices no more that were made before: make new ones',
}

/** The files that it has in `data_dir`. */
export const OF_DEVICE_CA = /^device-ca\.(pem|key)$/

/**
 * The CA of people's own devices, apart from that of servers: whoever trusts that one trusts no certificate made here. Made
 * where there is none; its certificate is renewed, with the same key and name, before a device's would outlive it.
 * @param options `directory` is `data_dir`. @throws CertificateError, StorageError
 */
export async function openDeviceCa(options: {
  directory: string
  host: string
  now: number
  randomBytes: RandomBytes
}): Promise<LocalCa> {
  const context = { ...options, kind: DEVICES }
  const ca = await openLocalCa(context)
  if (ca.certificate.validToDate.getTime() >= options.now + DEVICE_LIFE_MS) return ca
  await renewLocalCa(context, ca.key)
  return openLocalCa(context)
}
