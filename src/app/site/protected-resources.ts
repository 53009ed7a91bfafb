import type { Config } from '../../config/schema.ts'
import type { ProtectedResource } from '../../oauth/checks/check-resources.ts'

/** The whole of what is behind the gateway, and each of its routes that asks for a token. */
export function protectedResources({ public_url, oauth, routes }: Config): ProtectedResource[] {
  const guarded = Map.groupBy(
    routes.filter(({ auth }) => auth.startsWith('bearer')),
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
