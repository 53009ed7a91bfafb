import { X509Certificate } from 'node:crypto'
import { coversName, type ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Config, Route } from '../../config/schema.ts'
import { hostsOf } from '../certificates/wanted-certificates.ts'

/**
 * What works, but brings pages of somebody else's close to those on which people sign in and approve, or to a host that
 * no browser will open. Sentences for the log. @see docs/decisions/pages-of-upstreams.md
 */
export function pageWarnings(config: Config, certificates: Pick<ServerCertificate, 'certificate'>[]): string[] {
  return [...config.routes.flatMap((route, i) => besideConsent(config, route, i)), ...uncovered(config, certificates)]
}

/** Who lets browsers open pages. */
const PAGES: Route['auth'][] = ['none', 'session', 'bearer-or-session']

function besideConsent({ public_url }: Config, route: Route, i: number): string[] {
  const { host, path, upstream, auth, sandbox, methods } = route
  const home = new URL(public_url).hostname
  if (upstream === undefined || !methods.includes('GET') || (host !== undefined && host !== home)) return []
  // No browser opens a page with a token, nor one that it isn't asked for.
  if (!PAGES.includes(auth)) return []
  const own = `Give them a host of their own: host: ${nameFor(upstream, home)} in routes[${i}], a DNS name that leads here, and a certificate for it (examples/hosts.yaml)`
  const place = `routes[${i}] (${path})`
  if (!sandbox)
    return [
      `${place} puts pages of ${upstream} on ${home}, where people sign in and approve, with sandbox: false: whatever script gets into them is of one origin with those. ${own}`,
    ]
  if (path === '/' || path === '/*')
    return [`${place} puts all pages of ${upstream} on ${home}, where people sign in and approve. ${own}`]
  return []
}

/** As one might call it: the upstream's name below the domain of the gateway. */
function nameFor(upstream: string, home: string): string {
  const labels = home.split('.')
  const domain = labels.length > 2 ? labels.slice(1).join('.') : home
  return `${upstream.replaceAll('_', '-').toLowerCase()}.${domain}`
}

/** Browsers would refuse these hosts. */
function uncovered(config: Config, certificates: Pick<ServerCertificate, 'certificate'>[]): string[] {
  if (certificates.length === 0) return []
  const leaves = certificates.map(({ certificate }) => new X509Certificate(certificate))
  return hostsOf(config)
    .filter((host) => !leaves.some((leaf) => coversName(leaf, host)))
    .map((host) => `the certificate is not for ${host}, which routes are for: no browser will open it`)
}
