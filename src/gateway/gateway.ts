import type { ClientAddress } from '../net/client-address.ts'
import type { AccessTokens } from '../oauth/grants/access-tokens.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Health } from './health.ts'
import type { IdentityHeaders } from './identity-headers.ts'
import type { RouteTable } from './match-route.ts'
import type { OpenTunnels } from './upstreams/open-tunnels.ts'

/** What the request path works with. */
export interface Gateway {
  routes: RouteTable
  accessTokens: AccessTokens
  tunnels: OpenTunnels
  clientAddress: ClientAddress
  identityHeaders: IdentityHeaders
  log: Logger
  health: () => Health
}
