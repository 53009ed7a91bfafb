import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import { oneOf } from './one-of.ts'

const draftUpstream = z
  .object({
    kind: z.unknown().optional(),
    commands: z
      .object({ allow: z.record(z.string(), z.unknown()).catch({}) })
      .optional()
      .catch({ allow: {} }),
  })
  .catch({})

/** What of `commands` leads to nothing. @param scopes those that there are, if that is known. */
export function commandMistakes(upstreams: Record<string, unknown> = {}, scopes: string[] | undefined): Mistake[] {
  return Object.entries(upstreams).flatMap(([name, upstream]) => {
    const { kind, commands } = draftUpstream.parse(upstream)
    if (commands === undefined) return []
    const path = ['upstreams', name, 'commands']
    if (kind === undefined || kind === 'plain')
      return [{ path, message: 'expected kind: music-assistant besides, for nothing else has such commands' }]
    return Object.entries(commands.allow).flatMap(([command, scope]) => {
      if (scopes === undefined || typeof scope !== 'string' || scopes.includes(scope)) return []
      return [oneOf([...path, 'allow', command], 'oauth.scopes', scopes)]
    })
  })
}
