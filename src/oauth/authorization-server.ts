import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { Clients } from './clients.ts'

/** What every endpoint of the authorization server works with. */
export interface AuthorizationServer extends Environment {
  /** Its identifier, without a slash at the end. @see RFC 9207 */
  issuer: string
  /** The path of the endpoints. */
  basePath: string
  /** What each scope allows, in words. */
  scopes: Config['oauth']['scopes']
  defaultScopes: string[]
  clients: Clients
  store: Store
  accessTokens: AccessTokens
  verifyPassword: (name: string, password: string) => Promise<UserRecord | undefined>
}
