import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import type { DraftRoute } from './cross-check-routes.ts'
import { word } from './drafts.ts'
import { unknownUpstream } from './one-of.ts'

/** As much of `audio` as other parts depend on. */
export const draftAudio = z.object({ upstream: word, images: z.boolean().optional().catch(undefined) }).optional()

/** What may ever be reached by a signed URL. gateway/audio/publishable.ts decides of each one. */
const STREAMS = ['/flow/*', '/single/*']
const PICTURES = '/imageproxy'

export function audioMistakes(
  audio: z.infer<typeof draftAudio>,
  routes: (DraftRoute | undefined)[],
  upstreams: Record<string, unknown> = {},
): Mistake[] {
  const ofRoutes = routes.flatMap((route, i) =>
    route ? routeMistakes(route, audio).map(({ path, message }) => ({ path: ['routes', i, ...path], message })) : [],
  )
  return [...sectionMistakes(audio, routes, upstreams), ...ofRoutes]
}

function sectionMistakes(
  audio: z.infer<typeof draftAudio>,
  routes: (DraftRoute | undefined)[],
  upstreams: Record<string, unknown>,
): Mistake[] {
  if (audio?.upstream === undefined) return []
  if (!Object.hasOwn(upstreams, audio.upstream))
    return unknownUpstream(['audio', 'upstream'], audio.upstream, upstreams)
  const needed = audio.images ? [...STREAMS, PICTURES] : STREAMS
  const missing = needed.filter((path) => !routes.some((route) => route?.auth === 'signed-url' && route.path === path))
  if (missing.length === 0) return []
  return [{ path: ['audio'], message: `expected routes with auth: signed-url for ${missing.join(', ')}` }]
}

function routeMistakes(route: DraftRoute, audio: z.infer<typeof draftAudio>): Mistake[] {
  const mistakes: Mistake[] = []
  if (route.rewrite !== undefined && route.upstream === undefined)
    mistakes.push({ path: ['rewrite'], message: 'expected none, for only answers of an upstream are rewritten' })
  if (route.rewrite !== undefined && route.websocket === true)
    mistakes.push({ path: ['rewrite'], message: 'expected none, for messages of a WebSocket pass as they are' })
  if (route.rewrite === 'audio' && !audio)
    mistakes.push({ path: ['rewrite'], message: 'expected the section audio besides, which says what is handed out' })
  if (route.auth !== 'signed-url') return mistakes
  const paths = audio?.images ? [...STREAMS, PICTURES] : STREAMS
  if (!audio)
    mistakes.push({ path: ['auth'], message: 'expected the section audio besides, which says what is signed' })
  else if (route.upstream !== audio.upstream)
    mistakes.push({ path: ['upstream'], message: `expected audio.upstream (${audio.upstream})` })
  if (route.path !== undefined && !paths.includes(route.path))
    mistakes.push({ path: ['path'], message: `expected one of ${paths.join(', ')}, for nothing else is ever signed` })
  if (route.host !== undefined)
    mistakes.push({ path: ['host'], message: 'expected none, for signed URLs have that of public_url' })
  if (!route.methods?.every((method) => method === 'GET' || method === 'HEAD'))
    mistakes.push({ path: ['methods'], message: 'expected [GET, HEAD], for a stream is only fetched' })
  if (route.websocket === true)
    mistakes.push({ path: ['websocket'], message: 'expected none, for a stream comes through no WebSocket' })
  return mistakes
}
