import type { Config } from '../config/schema.ts'
import type { Destination } from '../gateway/routes/destination.ts'
import type { Upstream } from '../gateway/upstreams/upstream.ts'
import { accessTo, resourceOf } from './protected-resources.ts'

/** The configured routes with what they lead to. */
export function loadRoutes({ routes, public_url }: Config, upstreams: Map<string, Upstream>): Destination[] {
  return routes.map((route) => {
    const { path, methods, websocket } = route
    const access = accessTo(resourceOf(public_url, path), route)
    return { kind: 'upstream', path, methods, access, upstream: upstreams.get(route.upstream) as Upstream, websocket }
  })
}
