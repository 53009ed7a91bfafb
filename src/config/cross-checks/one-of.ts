import type { Mistake } from '../mistake.ts'

/** What stands at a place names none of those that there are. @param section where these are, as `oauth.scopes`. */
export function oneOf(path: PropertyKey[], section: string, known: string[]): Mistake {
  return { path, message: `expected one of ${section} (${known.join(', ') || 'there are none'})` }
}

/** @param upstreams by their names; undefined where these can't be read. */
export function unknownUpstream(
  path: PropertyKey[],
  name: unknown,
  upstreams: Record<string, unknown> | undefined,
): Mistake[] {
  if (typeof name !== 'string' || !upstreams || Object.hasOwn(upstreams, name)) return []
  return [oneOf(path, 'upstreams', Object.keys(upstreams))]
}
