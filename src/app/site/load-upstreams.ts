import type { Config } from '../../config/schema.ts'
import type { OwnTokens } from '../../gateway/upstreams/own-tokens.ts'
import { openUpstream, type Upstream, type UpstreamSettings } from '../../gateway/upstreams/upstream.ts'
import { rereadToken } from './reread-token.ts'
import { upstreamToken } from './secret-sources.ts'
import { upstreamAuthority } from './upstream-authority.ts'

export interface LoadUpstreamsOptions {
  /** Those that stay, where their settings do. */
  previous?: Map<string, Upstream> | undefined
  /** What people have of their own at an upstream of this name. */
  ownTokensAt?: (name: string) => OwnTokens | undefined
  /** Milliseconds of a clock that only counts on. */
  monotonic?: () => number
}

/**
 * The upstreams by their settings. One with the same settings as before keeps its connections.
 * @throws StartError when a token or a CA can't be read.
 */
export async function loadUpstreams(
  config: Config,
  {
    previous = new Map(),
    ownTokensAt = () => undefined,
    monotonic = () => performance.now(),
  }: LoadUpstreamsOptions = {},
): Promise<Map<string, Upstream>> {
  const settings: UpstreamSettings[] = []
  // Which commands pass is its routes' business: it keeps its connections when that changes.
  for (const [name, { token, ca, response_timeout, commands: _, ...rest }] of Object.entries(config.upstreams)) {
    settings.push({
      ...rest,
      name,
      token: token && (await upstreamToken(token, name)),
      ca: ca && (await upstreamAuthority(ca, name)),
      responseTimeoutMs: response_timeout * 1000,
    })
  }
  return new Map(
    settings.map((one) => {
      const key = JSON.stringify(one)
      const upstream = previous.get(key) ?? openUpstream(one)
      upstream.ownTokens = ownTokensAt(one.name)
      const source = config.upstreams[one.name]?.token
      upstream.rereadToken = source && 'file' in source ? rereadToken(upstream, source, monotonic) : undefined
      return [key, upstream]
    }),
  )
}
