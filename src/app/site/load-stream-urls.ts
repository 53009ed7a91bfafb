import type { Config } from '../../config/schema.ts'
import { openSignedUrls } from '../../gateway/audio/signed-urls.ts'
import { openStreamUrls, type StreamUrls } from '../../gateway/audio/stream-urls.ts'
import type { House } from '../open-house.ts'

/** The signed URLs of streams as a configuration wants them; undefined where it wants none. */
export function loadStreamUrls(
  { audio, upstreams, public_url }: Config,
  { sealer, environment }: Pick<House, 'sealer' | 'environment'>,
): StreamUrls | undefined {
  if (!audio) return undefined
  const { lifetime, images, origins = [] } = audio
  const signed = openSignedUrls({ sealer, now: environment.now, lifetimeMs: lifetime * 1000, images })
  const own = upstreams[audio.upstream]?.url
  return openStreamUrls({ signed, origins: [...new Set([...(own ? [own] : []), ...origins])], publicUrl: public_url })
}
