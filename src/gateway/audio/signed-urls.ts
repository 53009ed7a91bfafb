import { createHmac } from 'node:crypto'
import type { Sealer } from '../../secrets/seal.ts'
import { sameSecret } from '../../secrets/secret.ts'
import type { Target } from '../refuse-ambiguous.ts'
import { isPublishable } from './publishable.ts'

/** Whoever has such a URL may fetch what it names, until it ends. */
export interface SignedUrls {
  /** @param target path and query. @returns the same, signed; undefined for what is never published. */
  sign: (target: string) => string | undefined
  /** @returns what was signed, or why it isn't good, for the log. */
  verify: (target: Target) => Target | string
}

export interface SigningOptions {
  sealer: Pick<Sealer, 'key' | 'earlierKeys'>
  /** Milliseconds since 1970. */
  now: () => number
  lifetimeMs: number
  /** Whether pictures are signed, too. */
  images: boolean
}

const PURPOSE = 'audio urls'
/** Ends are multiples of this, so that the same stream has the same URL for a while, and a player knows it again. */
const STEP_S = 600
/** Some players put something more behind a URL: that isn't passed on. */
const SIGNED = /^(.*?)[?&]until=(\d{1,12})&signature=([\w-]{43})(?:[?&].*)?$/

/**
 * Signs by HMAC-SHA256 under a key of the house, over the bytes of path and query and the end. Good after a restart, and
 * after the key was rotated.
 */
export function openSignedUrls({ sealer, now, lifetimeMs, images }: SigningOptions): SignedUrls {
  return {
    sign(target) {
      if (!isPublishable(target, { images })) return undefined
      const until = Math.ceil((now() + lifetimeMs) / 1000 / STEP_S) * STEP_S
      const signature = signatureOf(sealer.key(PURPOSE), target, String(until))
      return `${target}${target.includes('?') ? '&' : '?'}until=${until}&signature=${signature}`
    },
    verify({ path, query }) {
      const [, target = '', until = '', signature = ''] = SIGNED.exec(path + query) ?? []
      // In a path `&until=` is part of a name: what would go on then is another path than the signed one.
      if (signature === '' || target.length < path.length) return 'it is not signed'
      if (!isPublishable(target, { images })) return 'it is nothing that is published'
      const keys = [sealer.key(PURPOSE), ...sealer.earlierKeys(PURPOSE)]
      if (!keys.some((key) => sameSecret(signature, signatureOf(key, target, until))))
        return 'its signature is another one'
      if (Number(until) * 1000 <= now()) return `it ended at ${until}`
      return { path, query: target.slice(path.length) }
    },
  }
}

function signatureOf(key: Buffer, target: string, until: string): string {
  return createHmac('sha256', key).update(`${until}\n${target}`).digest('base64url')
}
