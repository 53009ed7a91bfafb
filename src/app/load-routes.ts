import type { Config, Route } from '../config/schema.ts'
import { readAccess } from '../gateway/access/access.ts'
import type { Destination } from '../gateway/routes/destination.ts'
import type { Upstream } from '../gateway/upstreams/upstream.ts'
import { resourceOf } from './protected-resources.ts'

/** The configured routes with what they lead to. @param upstreams by their names. */
export function loadRoutes({ routes, public_url }: Config, upstreams: Map<string, Upstream>): Destination[] {
  return routes.map((route) => {
    const { path, host, methods } = route
    const access = readAccess({ ...route, resource: resourceOf(public_url, path) })
    const matched = { path, host, methods, access }
    return { ...matched, ...leadsTo(route, public_url, upstreams) }
  })
}

type Leads<D> = D extends Destination ? Omit<D, 'path' | 'host' | 'methods' | 'access'> : never

/** The configuration has seen to it that it is one of the three, and that the upstream is there. */
function leadsTo(
  { upstream, redirect, respond, websocket, sandbox, rewrite, ...route }: Route,
  publicUrl: string,
  upstreams: Map<string, Upstream>,
): Leads<Destination> {
  if (redirect !== undefined) return { kind: 'redirect', location: redirect }
  if (respond !== undefined)
    return { kind: 'respond', status: respond.status, body: respond.body, contentType: respond.type }
  const origins = new Set([publicUrl, ...originOf(route.host, publicUrl), ...(route.origins ?? [])])
  return { kind: 'upstream', upstream: upstreams.get(upstream) as Upstream, websocket, origins, sandbox, rewrite }
}

/** Of the pages that are served under another host of this gateway's. */
function originOf(host: string | undefined, publicUrl: string): string[] {
  if (host === undefined) return []
  const url = new URL(publicUrl)
  url.hostname = host
  return [url.origin]
}
