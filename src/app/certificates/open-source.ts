import type { CertificateSource } from '../../certificates/certificate-source.ts'
import { filesSource } from '../../certificates/files/files-source.ts'
import { localSource } from '../../certificates/local/local-source.ts'
import type { Environment } from '../../config/environment.ts'
import { StartError } from '../start-error.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** What brings the certificates that a configuration wants. */
export function openSource(
  { names, settings }: WantedCertificates,
  { now, randomBytes }: Environment,
): CertificateSource {
  switch (settings.source) {
    case 'local':
      return localSource({ directory: settings.directory, names, now, randomBytes })
    case 'files': {
      const { certificate, key = certificate } = settings
      return filesSource({ certificate, key, host: names[0] ?? '', now })
    }
    case 'acme':
      throw new StartError('acme is on its way')
  }
}
