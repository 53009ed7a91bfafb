import { GatewayError } from '../../http/gateway-error.ts'
import type { AccessKind } from './access.ts'

/** Whoever has a URL that the gateway has signed, which no Echo can be given a token for. */
export interface SignedUrlAccess {
  kind: 'signed-url'
}

export const signedUrl: AccessKind<SignedUrlAccess> = {
  credentialHeaders: [],
  read: () => ({ kind: 'signed-url' }),
  decide(_, { method, target, upgrade }, { streamUrls }) {
    if (upgrade || (method !== 'GET' && method !== 'HEAD'))
      throw new GatewayError('not_signed', `${method} is no fetch`)
    const [path = ''] = target.split('?', 1)
    const verified = streamUrls?.verify({ path, query: target.slice(path.length) }) ?? 'nothing is signed here'
    if (typeof verified === 'string') throw new GatewayError('not_signed', verified)
    return { kind: 'allow', query: verified.query }
  },
  // What has begun before its end goes on.
  stillHolds: (_, { query }, _asked, { streamUrls }) => query !== undefined && streamUrls !== undefined,
}
