import type { Mistake } from '../mistake.ts'
import type { DraftRoute } from './cross-check-routes.ts'
import { kindOf } from './drafts.ts'

/** What speaks Music Assistant's own protocol speaks it as somebody: nobody else gets anything there. */
export function conversationMistakes(
  routes: (DraftRoute | undefined)[],
  upstreams: Record<string, unknown> = {},
): Mistake[] {
  return routes.flatMap((route, i): Mistake[] => {
    if (route?.websocket !== true || kindOf(upstreams, route.upstream) !== 'music-assistant') return []
    const told = (key: string, message: string) => [{ path: ['routes', i, key], message }]
    if (route.auth === 'none')
      return told('auth', 'expected bearer, for a WebSocket of a Music Assistant is nothing to strangers')
    if (route.token === 'none')
      return told('token', 'expected none, for a WebSocket of a Music Assistant is signed in by the gateway')
    return []
  })
}
