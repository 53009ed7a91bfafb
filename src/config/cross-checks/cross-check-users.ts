import { z } from 'zod'
import type { Mistake } from '../mistake.ts'

const word = z.string().optional().catch(undefined)

/** As much of `users` as depends on other places, however wrong the rest may be. */
export const draftUsers = z
  .object({ source: word, upstream: word, local: z.boolean().optional().catch(undefined) })
  .catch({})

/** Somebody has to be able to sign in, and the accounts have to be somewhere. */
export function userMistakes(
  { source = 'local', upstream, local }: z.infer<typeof draftUsers>,
  upstreams: Record<string, unknown> | undefined,
): Mistake[] {
  const path = ['users', 'upstream']
  if (source === 'local' && local === false)
    return [{ path: ['users', 'local'], message: 'expected true, for nobody else could sign in with source: local' }]
  if (source === 'music-assistant' && upstream === undefined)
    return [{ path: ['users'], message: 'expected upstream besides, the name of the upstream with these accounts' }]
  if (upstream === undefined || !upstreams || Object.hasOwn(upstreams, upstream)) return []
  return [{ path, message: `expected one of upstreams (${Object.keys(upstreams).join(', ') || 'there are none'})` }]
}
