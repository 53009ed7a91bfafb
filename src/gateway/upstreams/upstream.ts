import type { Upstream as Configured } from '../../config/schema.ts'
import { openPool, type Pool } from './forward.ts'

/** A server behind the gateway, as it is configured. */
export interface UpstreamSettings extends Omit<Configured, 'token' | 'response_timeout'> {
  name: string
  /** What the gateway itself signs in with there. */
  token?: string
  /** How long it may take to begin an answer. */
  responseTimeoutMs: number
}

/** The same with its connections, which last for as long as somebody needs them. */
export interface Upstream extends UpstreamSettings {
  pool: Pool
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
  const pool = openPool(settings)
  const unused = Promise.withResolvers<void>()
  let leases = 1
  const release = () => {
    leases--
    if (leases === 0) unused.resolve()
  }
  return {
    ...settings,
    pool,
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
