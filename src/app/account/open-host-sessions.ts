import type { Config } from '../../config/schema.ts'
import type { SessionGate } from '../../gateway/access/session.ts'
import { seeOther } from '../../http/answer.ts'
import type { UserRecord } from '../../store/records.ts'
import { maySignIn } from '../../users/account-users.ts'
import { openSessions, type Sessions } from '../../users/sessions.ts'
import { openVisits, type Visits } from '../../users/visits.ts'
import type { House } from '../open-house.ts'

/** The sessions of the sign-in page, as the other hosts of the gateway's have them. */
export interface HostSessions {
  sessions: Sessions
  visits: Visits
  gate: SessionGate
}

export function openHostSessions({ store, environment, sealer }: House, config: Config): HostSessions {
  const { public_url, oauth } = config
  const { base_path, session, scopes } = oauth
  const limits = { idle: session.idle * 1000, absolute: session.absolute * 1000 }
  const sessions = openSessions(store, environment, limits, whoMaySignIn(config))
  const keys: [Buffer, ...Buffer[]] = [sealer.key('visits'), ...sealer.earlierKeys('visits')]
  const visits = openVisits({ store, environment, sessions, keys })
  const home = new URL(public_url).hostname
  const origins = sessionOrigins(config)

  const gate: SessionGate = {
    scopes: Object.keys(scopes),
    find: (cookies, host) => (host === home ? sessions.find(cookies) : visits.find(cookies, host)),
    isThere: async (id) => (await sessions.read(id)) !== undefined,
    signIn(host, target, cookies) {
      const path = target.startsWith('/') ? target : '/'
      const enter = (query: Record<string, string>) =>
        `${public_url}${base_path}/enter?${new URLSearchParams(query).toString()}`
      const origin = originOf(host, public_url)
      // Under any other name there is the same page at home.
      if (!origins.has(origin)) return seeOther(enter({ return: `${public_url}${path}` }))
      const { state, cookie } = visits.begin(cookies)
      return seeOther(enter({ return: `${origin}${path}`, state }), { 'Set-Cookie': cookie })
    },
  }
  return { sessions, visits, gate }
}

/** Whose sessions and devices are still good, by where people have their accounts now. */
export function whoMaySignIn({ users }: Pick<Config, 'users'>): (user: UserRecord) => boolean {
  const upstream = users.source === 'music-assistant' ? users.upstream : undefined
  return maySignIn({ upstream, local: users.local })
}

/** The other hosts where people go who are signed in: those of the routes that ask for that. */
export function sessionOrigins({ routes, public_url }: Pick<Config, 'routes' | 'public_url'>): Set<string> {
  const home = new URL(public_url).hostname
  const hosts = routes.flatMap(({ host = home, auth }) => (host !== home && auth.endsWith('session') ? [host] : []))
  return new Set(hosts.map((host) => originOf(host, public_url)))
}

/** Of pages under another host of this gateway's: it is reached at the port of `public_url`. */
export function originOf(host: string, publicUrl: string): string {
  const url = new URL(publicUrl)
  url.hostname = host
  return url.origin
}
