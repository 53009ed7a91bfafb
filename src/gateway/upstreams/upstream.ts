import type { ConfiguredUpstream } from '../../config/schema.ts'
import { ConnectionPool } from './connection-pool.ts'
import type { OwnTokens } from './own-tokens.ts'
import { Places } from './places.ts'

/** A server behind the gateway, as it is configured. */
export interface UpstreamSettings
  extends Omit<ConfiguredUpstream, 'kind' | 'token' | 'ca' | 'response_timeout' | 'commands'> {
  name: string
  kind?: ConfiguredUpstream['kind']
  /** What the gateway itself signs in with there. */
  token?: string
  /** PEM certificates of the only CAs that are trusted there; the usual ones where it is undefined. */
  ca?: string
  /** How long it may take to begin an answer, and how long one waits for a connection to it. */
  responseTimeoutMs: number
}

/** What people and the gateway sign in with there, as far as that changes while the settings don't. */
export interface SignsIn {
  /** Of people who have accounts of their own there. */
  ownTokens?: OwnTokens | undefined
  /** To be called when the upstream has refused the gateway's own token: it is read again, if that wasn't done lately. */
  rereadToken?: (() => void) | undefined
  /** The gateway's own token until it was read again: what is still under way was sent with it. */
  earlierToken?: string | undefined
}

/** The same with its connections, which last for as long as somebody needs them. */
export interface Upstream extends UpstreamSettings, SignsIn {
  pool: ConnectionPool
  /** Of WebSockets, which have a connection each; apart, so that they leave requests their own. */
  tunnels: Places
  /** Whether the last request got an answer. */
  reachable: boolean
  /** Keeps the connections open until what it returns was called. */
  lease: () => () => void
  /** Closes the connections after the last request. */
  retire: () => Promise<void>
  /** Closes them now. */
  destroy: () => Promise<void>
}

/** Opens the connections to an upstream; the first one is made by the first request. */
export function openUpstream(settings: UpstreamSettings): Upstream {
  const { name, url, connections: limit, responseTimeoutMs: timeoutMs } = settings
  const pool = new ConnectionPool(settings, new Places({ name: `${name} at ${url}, connections`, limit, timeoutMs }))
  const tunnels = new Places({ name: `${name} at ${url}, WebSockets`, limit, timeoutMs })
  const unused = Promise.withResolvers<void>()
  let leases = 1
  const release = () => {
    leases--
    if (leases === 0) unused.resolve()
  }
  return {
    ...settings,
    pool,
    tunnels,
    reachable: true,
    lease() {
      leases++
      return release
    },
    async retire() {
      release()
      await unused.promise
      await pool.close()
    },
    destroy: () => pool.destroy(),
  }
}
