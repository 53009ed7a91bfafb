import type { CertificateSource } from '../../certificates/certificate-source.ts'
import type { CertificateStore } from '../../certificates/certificate-store.ts'
import { filesSource } from '../../certificates/files/files-source.ts'
import { localSource } from '../../certificates/local/local-source.ts'
import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'

/** Where the certificate comes from, as the configuration says. */
export function certificateSource(config: Config, { now, randomBytes }: Environment): CertificateSource {
  const { tls, public_url } = config
  const host = new URL(public_url).hostname
  return tls.source === 'files'
    ? filesSource({ certificate: tls.certificate, key: tls.key, host, now })
    : localSource({ directory: tls.directory, names: [host, ...hostsOf(config), ...HERE], now, randomBytes })
}

/** How one calls the gateway on its own machine. */
const HERE = ['localhost', '127.0.0.1', '::1']

/** The hosts that routes are for, besides that of the gateway itself. */
export function hostsOf({ routes, public_url }: Pick<Config, 'routes' | 'public_url'>): string[] {
  const home = new URL(public_url).hostname
  const hosts = routes.flatMap(({ host }) => (host === undefined || host === home ? [] : [host]))
  return [...new Set(hosts)]
}

/** A certificate, and the name of the source that brought it. */
export interface SourcedCertificate {
  source: string
  certificate: ServerCertificate
}

/**
 * Serves a certificate from the next handshake on.
 * @throws CertificateError; then the one before stays.
 */
export function serveCertificate(
  store: Pick<CertificateStore, 'push'>,
  { source, certificate }: SourcedCertificate,
  previous?: SourcedCertificate,
): void {
  store.push(source, [certificate])
  if (previous && previous.source !== source) store.push(previous.source, [])
}
