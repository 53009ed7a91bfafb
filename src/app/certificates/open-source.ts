import type { AcmeOptions } from '../../certificates/acme/acme-orders.ts'
import { acmeSource } from '../../certificates/acme/acme-source.ts'
import type { CertificateSource } from '../../certificates/certificate-source.ts'
import { openChallenges } from '../../certificates/challenges.ts'
import { filesSource } from '../../certificates/files/files-source.ts'
import { localSource } from '../../certificates/local/local-source.ts'
import type { Environment } from '../../config/environment.ts'
import { type Errands, openErrands } from '../process/errands.ts'
import { sleepQuietly } from '../repeat.ts'
import { certificatePassword } from '../site/secret-sources.ts'
import { version } from '../version.ts'
import { orderByErrand } from './order-by-errand.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** What a source has that tends its certificates; one that only loads them needs none of it. */
export interface SourceTools extends Pick<AcmeOptions, 'challenges' | 'log'> {
  errands: Errands
  sleep?: AcmeOptions['sleep'] | undefined
}

/** What brings the certificates that a configuration wants. @param roots CAs that everybody trusts, PEM; those of Node, if absent. */
export function openSource(
  { name, names, settings, folder = '' }: WantedCertificates,
  environment: Environment,
  tools: SourceTools = ofCommands(environment),
  roots?: readonly string[],
): CertificateSource {
  const { now, randomBytes } = environment
  switch (settings.source) {
    case 'local':
      return localSource({ directory: settings.directory, names, now, randomBytes })
    case 'files': {
      const { certificate, key = certificate, password } = settings
      const where = name === settings.source ? 'the host of public_url' : 'a name in tls.hosts'
      const files = { certificate, key, host: names[0] ?? '', names, where, now, roots }
      return filesSource(password ? { ...files, password: () => certificatePassword(password) } : files)
    }
    case 'acme': {
      const { errands, challenges, log, sleep = sleepQuietly } = tools
      const authority = orderByErrand(errands, settings)
      const userAgent = `Skillgate/${version()}`
      return acmeSource({ settings, names, folder, authority, challenges, environment, log, sleep, userAgent })
    }
  }
}

function ofCommands(environment: Environment): SourceTools {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  return { errands: openErrands(), challenges: openChallenges(environment), log }
}
