import { GatewayError } from '../http/gateway-error.ts'
import type { Exchange } from './exchange.ts'
import type { Target } from './refuse-ambiguous.ts'
import type { UpstreamDestination } from './routes/destination.ts'
import { asUpstreamsRead } from './routes/match-route.ts'

/** What serves the owner of a Music Assistant, its sign-in and its first user: open there to everybody. */
const OWNERS = /^\/(?:api-docs|auth|login|setup)(?:\/|$)/
/** It ends the token that it comes with, and that is the gateway's. */
const LOG_OUT = /^\/auth\/logout\/?$/

/**
 * Refuses what an upstream of `kind: music-assistant` has at other addresses than `/api` and `/ws` and that is not for
 * whoever has linked an account. A route that names such an address whole opens it.
 * @throws GatewayError not_found: as if it weren't there
 */
export function refuseOwnersPath({ upgrade }: Exchange, target: Target, destination: UpstreamDestination): void {
  const { path: routed, access } = destination
  const path = asUpstreamsRead(target.path)
  if (OWNERS.test(path) && (path !== routed || LOG_OUT.test(path)))
    throw new GatewayError('not_found', `${path} of Music Assistant is open to its owner only`)
  // Before schema 31 it fetches whatever address is there; a signed one is of the server's own making.
  if (access.kind !== 'signed-url' && /^\/imageproxy(?:\/|$)/.test(path) && hasPath(target.query))
    throw new GatewayError('not_found', 'imageproxy?path= fetches any address')
  // It plays whatever address it is given; what it plays of its own providers has none.
  if (/^\/preview(?:\/|$)/.test(path) && namesAddress(target.query))
    throw new GatewayError('not_found', 'preview plays any address')
  // Its other WebSockets stream audio, on a sign-in of their own.
  if (upgrade && !/^\/ws\/?$/.test(path)) throw new GatewayError('not_found', `a WebSocket at ${path}`)
}

/** However it is spelt: `;` divides for some, and `path[]` is a path for others. */
function hasPath(query: string): boolean {
  const names = query
    .slice(1)
    .split(/[&;]/)
    .map((pair) => asUpstreamsRead(pair.split('=', 1)[0] as string))
  return names.some((name) => /^\s*path\s*(?:\[|$)/i.test(name.replaceAll('+', ' ')))
}

/** However often it is encoded: the server decodes once more than it has to. */
function namesAddress(query: string): boolean {
  let text = query
  for (let times = 0; times < 4; times++) {
    if (
      /[?&;\s]provider(?:\s|\+)*=(?:\s|\+)*builtin|:(?:\s|\+|%0[9ad])*[/\\]|(?:^|[=/\\])\.\.(?:[/\\&;]|$)/i.test(text)
    )
      return true
    text = asUpstreamsRead(text)
  }
  return false
}
