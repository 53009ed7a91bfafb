import { openDeviceCa } from '../../certificates/devices/device-ca.ts'
import { certificateName } from '../../certificates/server-certificate.ts'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'

/** Where devices are asked for their certificates. */
export interface DeviceCertificates {
  /** In PEM: whose certificates a client of this name is asked for; undefined where it isn't asked. */
  clientCa: (serverName: string) => string | undefined
}

/** The hosts with routes of `auth: mtls`. @throws CertificateError, StorageError */
export async function openDeviceCertificates(
  { routes, data_dir, public_url }: Config,
  { now, randomBytes }: Pick<Environment, 'now' | 'randomBytes'>,
): Promise<DeviceCertificates> {
  const hosts = new Set(routes.flatMap(({ auth, host }) => (auth === 'mtls' && host !== undefined ? [host] : [])))
  if (hosts.size === 0) return { clientCa: () => undefined }
  const { hostname } = new URL(public_url)
  const ca = await openDeviceCa({ directory: data_dir, host: hostname, now: now(), randomBytes })
  const pem = ca.certificate.toString()
  return { clientCa: (serverName) => (hosts.has(certificateName(serverName)) ? pem : undefined) }
}
