import type { SecretSource } from '../../config/schema.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import { upstreamToken } from './secret-sources.ts'

/** A file is read again at most so often, however many requests are refused. */
const INTERVAL_MS = 60_000

/**
 * What to call when an upstream has refused the gateway's token: its file may hold another one by now, without anybody
 * having been told. The requests from then on go with that; the refused one isn't sent again, for it may have a body.
 * @param monotonic milliseconds of a clock that only counts on.
 */
export function rereadToken(
  upstream: Pick<Upstream, 'name' | 'token' | 'earlierToken'>,
  source: SecretSource,
  monotonic: () => number,
): () => void {
  let readAt = Number.NEGATIVE_INFINITY
  return function reread() {
    if (monotonic() - readAt < INTERVAL_MS) return
    readAt = monotonic()
    upstreamToken(source, upstream.name).then(
      (token) => {
        if (token === upstream.token) return
        upstream.earlierToken = upstream.token
        upstream.token = token
      },
      // The one that it has stays: no other is to be had.
      () => {},
    )
  }
}
