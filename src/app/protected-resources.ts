import type { Config, Route } from '../config/schema.ts'
import type { Access } from '../gateway/access/access.ts'
import type { ProtectedResource } from '../oauth/checks/check-resources.ts'

/** What is asked of whoever wants this resource. @param resource its identifier. */
export function accessTo(resource: string, { auth, scopes }: Pick<Route, 'auth' | 'scopes'>): Access {
  if (auth === 'none') return { kind: 'none' }
  return { kind: 'bearer', scopes, resource, metadata: new URL(pathOfMetadata(resource), resource).href }
}

/** The whole of what is behind the gateway, and each of its routes that asks for a token. */
export function protectedResources({ public_url, oauth, routes }: Config): ProtectedResource[] {
  const guarded = Map.groupBy(
    routes.filter(({ auth }) => auth === 'bearer'),
    ({ path }) => resourceOf(public_url, path),
  )
  const ofRoutes = [...guarded].map(([resource, those]) => ({
    resource,
    scopes: [...new Set(those.flatMap(({ scopes }) => scopes))],
  }))
  const all = { resource: public_url, scopes: Object.keys(oauth.scopes) }
  return [all, ...ofRoutes.filter(({ resource }) => resource !== public_url)]
}

/** A route for all below a path is the resource of that path. */
export function resourceOf(publicUrl: string, path: string): string {
  return `${publicUrl}${path.replace(/\/\*?$/, '')}`
}

/** @see RFC 9728 section 3.1 */
export function pathOfMetadata(resource: string): string {
  return `/.well-known/oauth-protected-resource${new URL(resource).pathname.replace(/\/$/, '')}`
}
