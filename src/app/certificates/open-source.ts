import type { CertificateSource } from '../../certificates/certificate-source.ts'
import { filesSource } from '../../certificates/files/files-source.ts'
import { localSource } from '../../certificates/local/local-source.ts'
import type { Environment } from '../../config/environment.ts'
import { certificatePassword } from '../site/secret-sources.ts'
import { StartError } from '../start-error.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** What brings the certificates that a configuration wants. */
export function openSource(
  { name, names, settings }: WantedCertificates,
  { now, randomBytes }: Environment,
): CertificateSource {
  switch (settings.source) {
    case 'local':
      return localSource({ directory: settings.directory, names, now, randomBytes })
    case 'files': {
      const { certificate, key = certificate, password } = settings
      const where = name === settings.source ? 'the host of public_url' : 'a name in tls.hosts'
      const files = { certificate, key, host: names[0] ?? '', names, where, now }
      return filesSource(password ? { ...files, password: () => certificatePassword(password) } : files)
    }
    case 'acme':
      throw new StartError('acme is on its way')
  }
}
