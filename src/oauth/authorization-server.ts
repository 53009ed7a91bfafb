import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { SignInPage } from '../pages/sign-in-page.ts'
import type { Store } from '../store/store.ts'
import type { ClockDoubt } from '../store/watch-clock.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { KnownResources } from './checks/check-resources.ts'
import type { Clients } from './clients/clients.ts'
import type { PressOnce } from './consent/presses.ts'
import type { Registration } from './endpoints/handle-register.ts'
import type { GrantTokens } from './grant-tokens.ts'
import type { AccessTokens } from './grants/access-tokens.ts'
import type { ResourceOwners } from './resource-owners.ts'

/** What every endpoint of the authorization server works with. */
export interface AuthorizationServer extends Environment {
  /** Its identifier, without a slash at the end. @see RFC 9207 */
  issuer: string
  /** The path of the endpoints. */
  basePath: string
  /** What each scope allows, in words. */
  scopes: Config['oauth']['scopes']
  defaultScopes: string[]
  /** What tokens may be for. */
  resources: KnownResources
  clients: Clients
  /** Whether clients may come that say in a document what they are. */
  takesClientDocuments?: boolean
  store: Store
  /** Undefined while the wall clock can be believed. */
  clockDoubt: () => ClockDoubt | undefined
  accessTokens: AccessTokens
  /** Forms that somebody sent twice. */
  pressOnce: PressOnce
  resourceOwners: ResourceOwners
  /** Whose accounts the page asks for; those of this gateway, if absent. */
  accounts?: SignInPage['accounts']
  /** What grants act with at upstreams where people have accounts of their own, where there are any. */
  grantTokens?: GrantTokens
  /** How clients may register themselves. */
  registration: Registration
  /** Of the HMAC that a refresh token's successor is derived with. */
  rotationKey: Buffer
  /** Of successors that were given out before the key was rotated. */
  earlierRotationKeys?: Buffer[]
  audit: Audit
}
