import type { Endpoint } from '../../http/answer.ts'
import type { CommandPolicy } from '../../music-assistant/command.ts'
import type { Access } from '../access/access.ts'
import type { Readers } from '../cors.ts'
import type { Upstream } from '../upstreams/upstream.ts'

interface Matched {
  /** As it is configured: an exact path, or one that ends in `/*`. It names the route in the log and the metrics. */
  path: string
  /** The host that it is for; any host, if absent. */
  host?: string
  methods: readonly string[]
  access: Access
  /** Which pages of other origins may read its answers; undefined where the gateway has no say in that. */
  cors?: Readers | undefined
}

/** A path that the gateway itself answers. */
export interface EndpointDestination extends Matched {
  kind: 'endpoint'
  handle: Endpoint
  /** Whether it is there on the hosts of others as well. */
  everywhere?: boolean
}

/** What is passed on. */
export interface UpstreamDestination extends Matched {
  kind: 'upstream'
  upstream: Upstream
  /** Of Music Assistant, which of its commands pass. */
  commands?: CommandPolicy | undefined
  websocket: boolean
  /** Whether the `Authorization` of a browser that is signed in goes on. */
  passAuthorization: boolean
  /** Of the pages that may open a WebSocket. */
  origins: ReadonlySet<string>
  /** Whether URLs of streams in its answers are made public. */
  rewrite?: 'audio'
  /** Whether browsers are to keep its pages apart from the gateway's own. */
  sandbox: boolean
  /** Whether the upstream is signed in at, for whoever comes this way. */
  signsIn: boolean
}

/** What is sent elsewhere. */
export interface RedirectDestination extends Matched {
  kind: 'redirect'
  /** A path, or an absolute URL. */
  location: string
}

/** What always gets the same answer. */
export interface RespondDestination extends Matched {
  kind: 'respond'
  status: number
  body: string
  contentType: string
}

export type Destination = EndpointDestination | UpstreamDestination | RedirectDestination | RespondDestination
