import type { Destination } from './destination.ts'

/** A segment of a path. What is below it is found by the next one, so that a thousand routes cost no more than ten. */
export interface RouteNode {
  next: Map<string, RouteNode>
  /** For this path alone. */
  exact?: Destination[]
  /** For all below it, but not for itself. */
  below?: Destination[]
}

export interface RouteTable {
  /** By host, for the hosts that have routes of their own; each tree has those for every host as well. */
  hosts: Map<string, RouteNode>
  /** For every other host. */
  everywhere: RouteNode
}

/**
 * Sorts the destinations, so that matching only looks up. A host that has routes of its own is somebody else's: what
 * the gateway itself answers, such as the pages on which people approve, is not there, unless it is told to be everywhere.
 * @param home the host of the gateway itself.
 */
export function compileRoutes(destinations: Destination[], home: string): RouteTable {
  const common = destinations.filter(({ host }) => host === undefined)
  const byHost = Map.groupBy(destinations, ({ host }) => host)
  const hosts = new Map<string, RouteNode>()
  for (const [host, own] of byHost) {
    if (host === undefined) continue
    // A host's own routes take the place of those for every host that have the same path.
    const paths = new Set(own.map(({ path }) => path))
    const others = common.filter((one) =>
      one.kind === 'endpoint' ? one.everywhere || host === home : !paths.has(one.path),
    )
    hosts.set(host, treeOf([...own, ...others]))
  }
  return { hosts, everywhere: treeOf(common) }
}

function treeOf(destinations: Destination[]): RouteNode {
  const root: RouteNode = { next: new Map() }
  for (const destination of destinations) {
    const isPrefix = destination.path.endsWith('/*')
    const path = isPrefix ? destination.path.slice(0, -2) : destination.path
    const node = nodeAt(root, path)
    if (isPrefix) node.below = [...(node.below ?? []), destination]
    else node.exact = [...(node.exact ?? []), destination]
  }
  return root
}

/** The empty path is the root, `/` is the empty segment below it. */
function nodeAt(root: RouteNode, path: string): RouteNode {
  let node = root
  for (const segment of path.split('/').slice(1)) {
    const next: RouteNode = node.next.get(segment) ?? { next: new Map() }
    node.next.set(segment, next)
    node = next
  }
  return node
}
