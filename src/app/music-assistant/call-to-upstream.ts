import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import type { CallUpstream } from '../../http/call-upstream.ts'
import type { Site } from '../open-site.ts'

/** Calls of the gateway's own to an upstream of a site. @returns undefined where that has none of this name. */
export function callToUpstream(site: Pick<Site, 'upstreams'> | undefined, name: string): CallUpstream | undefined {
  const upstream = [...(site?.upstreams.values() ?? [])].find((one) => one.name === name)
  return upstream && callsTo(upstream)
}
