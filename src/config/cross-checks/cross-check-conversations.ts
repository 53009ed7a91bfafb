import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import type { draftRoute } from './cross-check-routes.ts'

const kindOf = z.looseObject({ kind: z.unknown() }).catch({ kind: undefined })

/** What speaks Music Assistant's own protocol speaks it as somebody: nobody else gets anything there. */
export function conversationMistakes(
  routes: (z.infer<typeof draftRoute> | undefined)[],
  upstreams: Record<string, unknown> = {},
): Mistake[] {
  return routes.flatMap((route, i): Mistake[] => {
    const name = route?.upstream
    if (route?.websocket !== true || typeof name !== 'string' || !Object.hasOwn(upstreams, name)) return []
    if (kindOf.parse(upstreams[name]).kind !== 'music-assistant') return []
    const told = (key: string, message: string) => [{ path: ['routes', i, key], message }]
    if (route.auth === 'none')
      return told('auth', 'expected bearer, for a WebSocket of a Music Assistant is nothing to strangers')
    if (route.token === 'none')
      return told('token', 'expected none, for a WebSocket of a Music Assistant is signed in by the gateway')
    return []
  })
}
