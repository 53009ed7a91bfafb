import type { Config, Route } from '../../config/schema.ts'
import { readAccess } from '../../gateway/access/access.ts'
import type { Destination } from '../../gateway/routes/destination.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import type { CommandPolicy } from '../../music-assistant/command.ts'
import { originOf } from '../account/open-host-sessions.ts'

/** The configured routes with what they lead to. @param upstreams by their names, as are the policies of some. */
export function loadRoutes(
  { routes, public_url, oauth }: Config,
  upstreams: Map<string, Upstream>,
  policies: Map<string, CommandPolicy>,
): Destination[] {
  return routes.map((route) => {
    const { path, host, methods, cors: readers } = route
    const policy = route.websocket && route.upstream !== undefined ? policies.get(route.upstream) : undefined
    const oneOfScopes = policy && scopesThatRead(policy, Object.keys(oauth.scopes))
    const access = readAccess({ ...route, oneOfScopes })
    const cors = Array.isArray(readers) ? new Set(readers) : readers
    const matched = { path, host, methods, access, cors }
    return { ...matched, ...leadsTo(route, public_url, { upstreams, policies }) }
  })
}

/** What players and queues do is told to whoever is on a WebSocket, unasked: so it is for those who may read that. */
function scopesThatRead({ allow }: CommandPolicy, scopes: string[]): string[] {
  const user = { id: '', name: '', displayName: '' }
  const mayRead = (scope: string) =>
    ['players/all', 'player_queues/all'].every(
      (command) => allow({ command }, { identity: { user, scopes: [scope], by: 'bearer' } }) === undefined,
    )
  return scopes.filter(mayRead)
}

type Leads<D> = D extends Destination ? Omit<D, 'path' | 'host' | 'methods' | 'access' | 'cors'> : never

/** The configuration has seen to it that it is one of the three, and that the upstream is there. */
function leadsTo(
  {
    upstream,
    redirect,
    respond,
    websocket,
    sandbox,
    rewrite,
    token,
    pass_authorization: passAuthorization,
    ...route
  }: Route,
  publicUrl: string,
  { upstreams, policies }: { upstreams: Map<string, Upstream>; policies: Map<string, CommandPolicy> },
): Leads<Destination> {
  if (redirect !== undefined) return { kind: 'redirect', location: redirect }
  if (respond !== undefined)
    return { kind: 'respond', status: respond.status, body: respond.body, contentType: respond.type }
  const origins = new Set([
    publicUrl,
    ...(route.host === undefined ? [] : [originOf(route.host, publicUrl)]),
    ...(route.origins ?? []),
  ])
  const found = upstreams.get(upstream) as Upstream
  const signsIn = token !== 'none'
  const commands = policies.get(upstream)
  return {
    kind: 'upstream',
    upstream: found,
    commands,
    websocket,
    origins,
    sandbox,
    rewrite,
    signsIn,
    passAuthorization,
  }
}
