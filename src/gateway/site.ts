import type { Directives } from '../alexa/directives/directives.ts'
import type { SkillRequests } from '../alexa/skill-requests.ts'
import type { ClientAddress } from '../net/client-address.ts'
import type { AccessTokens } from '../oauth/grants/access-tokens.ts'
import type { WhyRefused } from '../oauth/grants/why-refused.ts'
import type { AskedResources } from './access/asked-resources.ts'
import type { DeviceGate } from './access/mtls.ts'
import type { SessionGate } from './access/session.ts'
import type { StreamUrls } from './audio/stream-urls.ts'
import type { ReadHeaderName } from './headers/header-names.ts'
import type { IdentityHeaders } from './headers/identity-headers.ts'
import type { MessageProtocol } from './relay/conversation.ts'
import type { RouteTable } from './routes/compile-routes.ts'
import type { Upstream } from './upstreams/upstream.ts'

/** What a configuration decides, as far as the way of a request goes. A reload puts another one in its place. */
export interface Site {
  routes: RouteTable
  accessTokens: AccessTokens
  /** What is asked for, as tokens and clients call it. */
  resources: AskedResources
  /** Of an access token that isn't good. @throws StorageError when nobody can tell. */
  whyRefused: (token: string) => Promise<WhyRefused>
  directives: Directives
  /** Where streams are had by signed URLs. */
  streamUrls: StreamUrls | undefined
  skillRequests: SkillRequests
  /** Who has signed in in a browser. */
  sessions: SessionGate
  /** Whose the devices are that have certificates. */
  devices: DeviceGate
  clientAddress: ClientAddress
  /** Which headers of a client go on. */
  headerNames: ReadHeaderName
  identityHeaders: IdentityHeaders
  /** Of the upstreams whose WebSockets are relayed message by message. */
  protocols: ReadonlyMap<Upstream, MessageProtocol>
}
