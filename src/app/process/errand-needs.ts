import type { Config } from '../../config/schema.ts'
import { tlsSources } from '../../config/tls-sources.ts'

/** What a configuration has done in a process of its own: nothing, errands, or such as run a program of the user's. */
export type ErrandNeeds = 'nothing' | 'errands' | 'programs'

/** Certificates of a CA are ordered so; those of files may name a responder that is asked. */
export function errandNeeds({ tls }: Pick<Config, 'tls'>): ErrandNeeds {
  const sources = tlsSources(tls)
  if (sources.some((one) => one.source === 'acme' && one.dns?.by === 'command')) return 'programs'
  return sources.some(({ source }) => source !== 'local') ? 'errands' : 'nothing'
}
