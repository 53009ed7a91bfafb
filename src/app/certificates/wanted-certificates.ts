import { join } from 'node:path'
import type { Config } from '../../config/schema.ts'
import { isForName, type TlsSource } from '../../config/tls-sources.ts'

/** A source that a configuration wants. */
export interface WantedCertificates {
  /** As the log and the metrics call it: `files`, or `files music.example.org` where it is of `tls.hosts`. */
  name: string
  /** What they have to be for. */
  names: string[]
  settings: TlsSource
  /** Where what a CA gave is kept; of `acme` alone. */
  folder?: string
}

/** How one calls the gateway on its own machine. */
const HERE = ['localhost', '127.0.0.1', '::1']

/** Where the certificates come from, as the configuration says; the one that is served to who asks for no name first. */
export function wantedCertificates(config: Config): WantedCertificates[] {
  const { tls, public_url } = config
  if (tls.source === 'none') return []
  const { suites: _, hsts: __, hosts, ...main } = tls
  const others = Object.keys(hosts)
  const own = [new URL(public_url).hostname, ...hostsOf(config)]
  const names = own.filter((host, i) => i === 0 || !others.some((other) => isForName(other, host)))
  return [
    { name: tls.source, names: namesFor(main, names), settings: main, ...folderFor(main, config) },
    ...others.map((host) => {
      const settings = hosts[host] as TlsSource
      return {
        name: `${settings.source} ${host}`,
        names: namesFor(settings, [host]),
        settings,
        ...folderFor(settings, config),
      }
    }),
  ]
}

function folderFor({ source }: TlsSource, { data_dir }: Config): { folder?: string } {
  return source === 'acme' ? { folder: join(data_dir, 'acme') } : {}
}

function namesFor(settings: TlsSource, names: string[]): string[] {
  if (settings.source === 'local') return [...names, ...HERE]
  return (settings.source === 'acme' && settings.names) || names
}

/** The hosts that routes are for, besides that of the gateway itself. */
export function hostsOf({ routes, public_url }: Pick<Config, 'routes' | 'public_url'>): string[] {
  const home = new URL(public_url).hostname
  const hosts = routes.flatMap(({ host }) => (host === undefined || host === home ? [] : [host]))
  return [...new Set(hosts)]
}
