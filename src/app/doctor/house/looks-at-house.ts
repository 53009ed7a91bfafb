import type { Examination } from '../examination.ts'
import { acceptGrant } from './accept-grant.ts'
import { account } from './account.ts'
import { baseUrl } from './base-url.ts'
import { certificateFiles } from './certificate-files.ts'
import { clientAuthentication } from './client-authentication.ts'
import { clock } from './clock.ts'
import { configuration } from './configuration.ts'
import { machineSpeed } from './machine-speed.ts'
import { people } from './people.ts'
import { ports } from './ports.ts'
import { readableFiles } from './readable-files.ts'
import { redirectUris } from './redirect-uris.ts'
import { restart } from './restart.ts'
import { secretFiles } from './secret-files.ts'
import { streams } from './streams.ts'
import { upstreamTokens } from './upstream-tokens.ts'
import { upstreams } from './upstreams.ts'

/** What can be seen of the house itself. */
export const LOOKS_AT_HOUSE: Examination[] = [
  account,
  configuration,
  redirectUris,
  people,
  clientAuthentication,
  acceptGrant,
  restart,
  clock,
  machineSpeed,
  upstreams,
  upstreamTokens,
  baseUrl,
  streams,
  secretFiles,
  readableFiles,
  ports,
  certificateFiles,
]
