import type { Config } from '../config/schema.ts'
import { openUpstream, type Upstream, type UpstreamSettings } from '../gateway/upstreams/upstream.ts'
import { upstreamToken } from './secret-sources.ts'
import { upstreamAuthority } from './upstream-authority.ts'

/**
 * The upstreams by their settings. One with the same settings as before keeps its connections.
 * @throws StartError when a token or a CA can't be read.
 */
export async function loadUpstreams(
  config: Config,
  previous: Map<string, Upstream> = new Map(),
): Promise<Map<string, Upstream>> {
  const settings: UpstreamSettings[] = []
  for (const [name, { token, ca, response_timeout, ...rest }] of Object.entries(config.upstreams)) {
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
      return [key, previous.get(key) ?? openUpstream(one)]
    }),
  )
}
