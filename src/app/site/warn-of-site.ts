import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import { adminTokens } from '../music-assistant/admin-tokens.ts'
import type { House } from '../open-house.ts'
import type { Site } from '../open-site.ts'
import { clientWarnings } from './client-warnings.ts'
import { pageWarnings } from './page-warnings.ts'

/** Says in the log what works in a site, but is not as it should be. */
export function warnOfSite({ log }: Pick<House, 'log'>, site: Site, certificates: ServerCertificate[]): void {
  for (const warning of pageWarnings(site.config, certificates)) log.warn({ detail: warning }, 'pages of others')
  for (const detail of clientWarnings(site.config)) log.warn({ detail }, 'clients of anybody')
}

/** The same of the tokens that it has at upstreams: in the background, for no start and no reload waits for an upstream. */
export function warnOfAdmins({ log }: Pick<House, 'log'>, site: Site): void {
  adminTokens(site).then(
    (warnings) => {
      for (const detail of warnings) log.warn({ detail }, "token of an administrator's")
    },
    (error) => log.error({ detail: String(error) }, 'asking whose a token is failed'),
  )
}
