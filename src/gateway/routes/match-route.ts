import { GatewayError } from '../../http/gateway-error.ts'
import type { RouteNode, RouteTable } from './compile-routes.ts'
import type { Destination } from './destination.ts'

/** Where a request goes. @throws GatewayError as the two steps of it do */
export function matchRoute(table: RouteTable, host: string, method: string, path: string): Destination {
  return matchMethod(matchPath(table, host, path), method, path)
}

/**
 * Where requests for a path go, one destination or several for different methods. The most exact path decides alone.
 * @param host as the client wrote it; its port doesn't count.
 * @throws GatewayError not_found
 */
export function matchPath(table: RouteTable, host: string, path: string): Destination[] {
  const found = destinationsAt(table, host, path)
  if (found.length === 0) throw new GatewayError('not_found', `no route for ${path}`)
  return found
}

/**
 * Which of them takes the method: one that none does is not looked for in a wider path, which may be open to everybody.
 * @throws GatewayError method_not_allowed
 */
export function matchMethod(found: Destination[], method: string, path: string): Destination {
  for (const destination of found) if (destination.methods.includes(method)) return destination
  const allowed = found.flatMap(({ methods }) => methods).join(', ')
  throw new GatewayError('method_not_allowed', `${method} ${path}`, { Allow: allowed })
}

/** All that have the most exact path, whatever their methods; none where there is nothing. */
export function destinationsAt(table: RouteTable, host: string, path: string): Destination[] {
  const tree = table.hosts.size === 0 ? table.everywhere : treeFor(table, host)
  return findDestinations(tree, asUpstreamsRead(path)) ?? []
}

function treeFor({ hosts, everywhere }: RouteTable, host: string): RouteNode {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  return hosts.get(name) ?? everywhere
}

/** An exact route has its path with a slash behind it as well, for many upstreams make no difference. */
function findDestinations(tree: RouteNode, path: string): Destination[] | undefined {
  let node: RouteNode | undefined = tree
  let widest: Destination[] | undefined
  let start = 1
  while (node && start <= path.length) {
    widest = node.below ?? widest
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    const next: RouteNode | undefined = node.next.get(path.slice(start, end))
    const isLast = end === path.length
    if (isLast && next?.exact) return next.exact
    if (isLast && start === end && start > 1 && isForwarded(node.exact)) return node.exact
    node = next
    start = end + 1
  }
  return widest
}

/** No endpoint of the gateway's own has two paths. */
function isForwarded(destinations: Destination[] | undefined): boolean {
  return destinations?.every(({ kind }) => kind !== 'endpoint') ?? false
}

/** Whatever is encoded without need: what policy looks up is what the upstream is going to make of it. */
export function asUpstreamsRead(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/%([2-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
