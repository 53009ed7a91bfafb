import { z } from 'zod'

/*
 * Parts of drafts. A draft is as much of a configuration as its places depend on each other: whatever is wrong in itself is
 * taken for absent here, for the schema tells of it.
 */

export const word = z.string().optional().catch(undefined)
export const number = z.number().optional().catch(undefined)
/** One that is no text can't be the name of anything. */
export const names = z.array(z.string().catch('')).optional().catch(undefined)
export const named = z.record(z.string(), z.unknown()).optional().catch(undefined)

const upstream = z.looseObject({ kind: z.unknown() }).catch({ kind: undefined })

/** Of an upstream by its name; undefined where there is none, or none of that name. */
export function kindOf(upstreams: Record<string, unknown>, name: unknown): unknown {
  return typeof name === 'string' && Object.hasOwn(upstreams, name) ? upstream.parse(upstreams[name]).kind : undefined
}
