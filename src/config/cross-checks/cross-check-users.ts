import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import { word } from './drafts.ts'
import { unknownUpstream } from './one-of.ts'

/** As much of `users` as depends on other places, however wrong the rest may be. */
export const draftUsers = z
  .object({ source: word, upstream: word, local: z.boolean().optional().catch(undefined) })
  .catch({})

/** Somebody has to be able to sign in, and the accounts have to be somewhere. */
export function userMistakes(
  { source = 'local', upstream, local }: z.infer<typeof draftUsers>,
  upstreams: Record<string, unknown> | undefined,
): Mistake[] {
  if (source === 'local' && local === false)
    return [{ path: ['users', 'local'], message: 'expected true, for nobody else could sign in with source: local' }]
  if (source === 'music-assistant' && upstream === undefined)
    return [{ path: ['users'], message: 'expected upstream besides, the name of the upstream with these accounts' }]
  return unknownUpstream(['users', 'upstream'], upstream, upstreams)
}
