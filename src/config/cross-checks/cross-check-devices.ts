import type { Mistake } from '../mistake.ts'
import type { DraftRoute } from './cross-check-routes.ts'

/** What only Alexa comes to, and nobody knows what her servers do where they are asked for a certificate. */
const OF_ALEXA: (string | undefined)[] = ['alexa-skill', 'alexa-directive']

/**
 * A certificate is asked for before any path is known: of all who come to a host, so that it has to be one to which
 * nobody comes who would be irritated by that.
 */
export function deviceMistakes(
  routes: (DraftRoute | undefined)[],
  { publicUrl, hasTls }: { publicUrl: string | undefined; hasTls: boolean },
): Mistake[] {
  const home = publicUrl === undefined ? undefined : URL.parse(publicUrl)?.hostname
  return routes.flatMap((route, i): Mistake[] => {
    if (route?.auth !== 'mtls') {
      const other = routes.findIndex(
        (one) => one?.auth === 'mtls' && one.host !== undefined && one.host === route?.host,
      )
      if (other < 0 || !OF_ALEXA.includes(route?.auth)) return []
      const message = `expected another host, for whoever comes to this one is asked for a certificate by routes[${other}]`
      return [{ path: ['routes', i, 'host'], message }]
    }
    const { host } = route
    if (!hasTls)
      return [{ path: ['routes', i, 'auth'], message: 'expected another, for with tls: none nobody shows one' }]
    if (host === undefined) {
      const message = 'expected host besides, for whoever comes to it is asked for a certificate before a path is known'
      return [{ path: ['routes', i], message }]
    }
    if (host !== home) return []
    const message = 'expected another host than that of public_url, where Alexa would be asked for a certificate too'
    return [{ path: ['routes', i, 'host'], message }]
  })
}
