import type { AccessTokens } from '../oauth/access-tokens.ts'
import type { Logger } from '../telemetry/log.ts'
import type { ClientAddress } from './client-address.ts'
import type { Health } from './health.ts'
import type { IdentityHeaders } from './identity-headers.ts'
import type { RouteTable } from './match-route.ts'
import type { OpenTunnels } from './open-tunnels.ts'

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
