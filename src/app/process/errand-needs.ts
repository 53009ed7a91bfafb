import type { Config } from '../../config/schema.ts'
import { tlsSources } from '../../config/tls-sources.ts'

/** What a configuration has done in a process of its own: nothing, errands, or such as run a program of the user's. */
export type ErrandNeeds = 'nothing' | 'errands' | 'programs'

/** Certificates of a CA are ordered so. */
export function errandNeeds({ tls }: Pick<Config, 'tls'>): ErrandNeeds {
  const sources = tlsSources(tls).filter((one) => one.source === 'acme')
  if (sources.some(({ dns }) => dns?.by === 'command')) return 'programs'
  return sources.length > 0 ? 'errands' : 'nothing'
}
