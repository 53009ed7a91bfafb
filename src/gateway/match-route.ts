import type { Route } from '../config/schema.ts'
import type { Endpoint } from '../http/answer.ts'
import { GatewayError } from '../http/gateway-error.ts'
import type { AccessPolicy } from './access/access-policy.ts'
import type { Forwarder } from './upstreams/forward.ts'
import type { Upstream } from './upstreams/upstream.ts'

/** A path that the gateway itself answers. */
export interface OwnEndpoint extends AccessPolicy {
  path: string
  methods: readonly string[]
  handle: Endpoint
}

/** A configured route with its upstream at hand. */
export interface ForwardedRoute extends Pick<Route, 'path' | 'websocket'>, AccessPolicy {
  methods: readonly string[]
  upstream: Upstream
  forwarder: Forwarder
}

export type Destination = OwnEndpoint | ForwardedRoute

export interface RouteTable {
  exact: Map<string, Destination[]>
  /** The longest first. Each begins and ends with a slash. */
  prefixes: [prefix: string, Destination[]][]
}

/** Sorts the destinations, so that matching only looks up. */
export function compileRoutes(destinations: Destination[]): RouteTable {
  const byPath = Map.groupBy(destinations, ({ path }) => path)
  const isPrefix = (path: string) => path.endsWith('/*')
  const prefixes = [...byPath].filter(([path]) => isPrefix(path))
  return {
    exact: new Map([...byPath].filter(([path]) => !isPrefix(path))),
    prefixes: prefixes
      .map(([path, found]): [string, Destination[]] => [path.slice(0, -1), found])
      .sort(([a], [b]) => b.length - a.length),
  }
}

/**
 * Where a request goes. The most exact path decides alone: a method that it doesn't take is not looked for in a wider
 * one, which may be open to everybody.
 * @throws GatewayError not_found, method_not_allowed
 */
export function matchRoute(table: RouteTable, method: string, path: string): Destination {
  const found = findDestinations(table, asUpstreamsRead(path))
  if (!found)
    throw new GatewayError(
      'not_found',
      'There is nothing at this address. Check it for a typing error.',
      `no route for ${path}`,
    )
  const destination = found.find(({ methods }) => methods.includes(method))
  if (destination) return destination
  const allowed = found.flatMap(({ methods }) => methods).join(', ')
  const sentence = `This address takes only ${allowed}.`
  throw new GatewayError('method_not_allowed', sentence, `${method} ${path}`, { Allow: allowed })
}

/** An exact route has its path with a slash behind it as well, for many upstreams make no difference. */
function findDestinations({ exact, prefixes }: RouteTable, path: string): Destination[] | undefined {
  const found = exact.get(path)
  if (found) return found
  const withoutSlash = path.endsWith('/') ? exact.get(path.slice(0, -1)) : undefined
  if (withoutSlash && !withoutSlash.some((destination) => 'handle' in destination)) return withoutSlash
  return prefixes.find(([prefix]) => path.startsWith(prefix))?.[1]
}

/** Whatever is encoded without need: what policy looks up is what the upstream is going to make of it. */
function asUpstreamsRead(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/%([2-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
