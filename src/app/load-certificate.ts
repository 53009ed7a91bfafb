import { certificateFromFiles } from '../certificates/files/certificate-from-files.ts'
import { localCertificate } from '../certificates/local/local-certificate.ts'
import type { ServerCertificate } from '../certificates/server-certificate.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'

/** @throws CertificateError */
export function loadCertificate({ tls, public_url }: Config, environment: Environment): Promise<ServerCertificate> {
  const host = new URL(public_url).hostname
  const now = environment.now()
  if (tls.source === 'files') return certificateFromFiles({ certificate: tls.certificate, key: tls.key, host, now })
  const names = [host, 'localhost', '127.0.0.1', '::1']
  return localCertificate({ directory: tls.directory, names, now, randomBytes: environment.randomBytes })
}
