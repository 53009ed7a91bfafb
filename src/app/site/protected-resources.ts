import type { Config } from '../../config/schema.ts'
import type { Asked, AskedResources } from '../../gateway/access/asked-resources.ts'
import { hostOf } from '../../gateway/access/require-own-page.ts'
import { isClearTarget } from '../../gateway/refuse-ambiguous.ts'
import type { RouteTable } from '../../gateway/routes/compile-routes.ts'
import type { Destination } from '../../gateway/routes/destination.ts'
import { destinationsAt } from '../../gateway/routes/match-route.ts'
import { canonicalPath, readResourceUrl } from '../../http/canonical-resource.ts'
import { coversResource } from '../../http/covers-resource.ts'
import type { KnownResources, ProtectedResource } from '../../oauth/checks/check-resources.ts'
import { originOf } from '../account/open-host-sessions.ts'

/** Where the metadata of a resource stand: this is put before its path. @see RFC 9728 section 3.1 */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'

/** The resources of the gateway as everybody needs to know them, who is asked for one and who gives out tokens. */
export interface ProtectedResources extends AskedResources, KnownResources {
  /** The hosts with metadata of their own; undefined for home, which is any other one as well. */
  hosts: (string | undefined)[]
  /** What is there at a path, as it was written; undefined where no token is asked for. The empty path is a host's root. */
  at: (host: string | undefined, path: string) => ProtectedResource | undefined
}

/**
 * Whatever a route that asks for a token takes is a resource, and so is all that is at home, as a whole. A host that has
 * such routes of its own is called by its own name; whoever comes by any other name is told the one of home.
 * @param routes of the site, once they are compiled.
 */
export function protectedResources(
  { public_url, oauth, routes: configured }: Pick<Config, 'public_url' | 'oauth' | 'routes'>,
  routes: () => RouteTable,
): ProtectedResources {
  const home = new URL(public_url).hostname
  const guarded = configured.filter(({ auth }) => auth.startsWith('bearer'))
  const origins = new Map<string, string>()
  for (const { host = home } of guarded) if (host !== home) origins.set(host, originOf(host, public_url))
  const hosts = new Map([[public_url, undefined], ...[...origins].map(([host, origin]) => [origin, host] as const)])
  const originAt = (host: string | undefined) => (host === undefined ? undefined : origins.get(host)) ?? public_url

  const ofRoutes = guarded.map(({ host, path }) => `${originAt(host)}${canonicalPath(path.replace(/\*$/, ''))}`)
  const named = new Set([public_url, ...ofRoutes])

  function at(host: string | undefined, path: string): ProtectedResource | undefined {
    if (host === undefined && path === '') return { resource: public_url, scopes: Object.keys(oauth.scopes) }
    const resource = `${originAt(host)}${path}`
    const asked = (there: string) => scopesAt(routes(), host ?? home, there)
    // A route for all below a path is called by that path, which it doesn't take itself.
    const scopes = asked(path === '' ? '/' : path) ?? (named.has(resource) ? asked(`${path}/`) : undefined)
    return scopes && { resource, scopes }
  }

  /** A route for all below a path is meant by that path, whichever wider one takes it. @param resource in its canonical form. */
  function routeOf(resource: string): Destination[] {
    const { origin = '', path = '' } = readResourceUrl(resource) ?? {}
    return destinationsAt(routes(), hosts.get(origin) ?? home, named.has(resource) ? `${path}/` : path)
  }

  return {
    named: [...named],
    hosts: [...hosts.values()],
    at,
    find(url) {
      const { origin = '', path = '' } = readResourceUrl(url) ?? {}
      if (!hosts.has(origin) || (path !== '' && !isClearTarget(path))) return undefined
      const canonical = canonicalPath(path)
      return at(hosts.get(origin), canonical) && `${origin}${canonical}`
    },
    covers(granted, asked) {
      const host = hostOf(asked)
      const { path } = asked.record
      const origin = originAt(host)
      if (coversResource(granted, `${origin}${canonicalPath(path)}`)) return true
      // What whoever runs this guards is the route: a token for one URL at it is good for all that goes there.
      const there = destinationsAt(routes(), host, path)
      return granted.some((resource) => isAt(resource, origin) && routeOf(resource).some((one) => there.includes(one)))
    },
    metadataOf: (asked) => `${originAt(hostOf(asked))}${RESOURCE_METADATA}${asWritten(asked)}`,
  }
}

/** Characters of a path, each of which may become three in a header that servers in between have 4 KiB for. */
const TOLD_PATH_LIMIT = 1000

/**
 * The path that was asked for, as a URI may have it; the root is a host without a path, and so is what is too long to be
 * told. @see RFC 9728 section 3.1
 */
function asWritten({ record: { path } }: Asked): string {
  return path === '/' || path.length > TOLD_PATH_LIMIT ? '' : path.replace(/["<>^`{|}]/g, encodeURIComponent)
}

/** @param resource in its canonical form. */
function isAt(resource: string, origin: string): boolean {
  return resource === origin || resource.startsWith(`${origin}/`)
}

/** The scopes that are asked for at a path, by any method; undefined where no token is. */
function scopesAt(routes: RouteTable, host: string, path: string): string[] | undefined {
  const scopes = destinationsAt(routes, host, path).flatMap(scopesOf)
  return scopes.length > 0 ? [...new Set(scopes.flat())] : undefined
}

/** None, where it asks for no token. */
function scopesOf({ access }: Destination): string[][] {
  if (access.kind !== 'bearer' && access.kind !== 'bearer-or-session') return []
  return [[...access.scopes, ...(access.oneOfScopes ?? [])]]
}
