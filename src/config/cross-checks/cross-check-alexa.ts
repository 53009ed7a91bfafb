import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import type { DraftRoute } from './cross-check-routes.ts'
import { kindOf, word } from './drafts.ts'
import { unknownUpstream } from './one-of.ts'

/** As much of `alexa` as refers to other parts of the configuration. */
export const draftAlexa = z.object({ skill: z.object({ upstream: word }).optional().catch(undefined) }).catch({})

interface Others {
  basePath: string
  upstreams: Record<string, unknown> | undefined
  routes: (DraftRoute | undefined)[]
}

/** What of the built-in skill only shows when it is held against upstreams and routes. */
export function alexaMistakes(
  { skill }: z.infer<typeof draftAlexa>,
  { basePath, upstreams, routes }: Others,
): Mistake[] {
  if (!skill) return []
  return [...upstreamMistakes(skill.upstream, upstreams), ...routesInTheWay(`${basePath}/skill`, routes)]
}

function upstreamMistakes(name: string | undefined, upstreams: Record<string, unknown> | undefined): Mistake[] {
  if (name === undefined || !upstreams) return []
  const path = ['alexa', 'skill', 'upstream']
  if (!Object.hasOwn(upstreams, name)) return unknownUpstream(path, name, upstreams)
  if (kindOf(upstreams, name) === 'music-assistant') return []
  return [{ path, message: 'expected an upstream of kind: music-assistant, for the skill talks to no other' }]
}

function routesInTheWay(own: string, routes: (DraftRoute | undefined)[]): Mistake[] {
  return routes.flatMap((route, i) =>
    route?.path === own
      ? [{ path: ['routes', i, 'path'], message: `expected another path, alexa.skill answers at ${own}` }]
      : [],
  )
}
