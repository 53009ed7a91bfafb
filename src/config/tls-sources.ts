import type { Config } from './schema.ts'

type Tls = Config['tls']

/** Where certificates come from, and nothing of how they are served. */
export type TlsSource = Extract<Tls, { hosts: unknown }>['hosts'][string]

/** All of them; the one for the names that have no source of their own first. */
export function tlsSources(tls: Tls): TlsSource[] {
  return tls.source === 'none' ? [] : [tls, ...Object.values(tls.hosts)]
}

/** The folders that the local CA and its certificates are kept in. */
export function localFolders(tls: Tls): string[] {
  return [...new Set(tlsSources(tls).flatMap((one) => (one.source === 'local' ? [one.directory] : [])))]
}

/** The files that somebody else keeps fresh; their keys last. */
export function certificateFiles(tls: Tls): { certificates: string[]; keys: string[] } {
  const sources = tlsSources(tls).filter((one) => one.source === 'files')
  return {
    certificates: sources.map(({ certificate }) => certificate),
    keys: sources.map(({ certificate, key = certificate }) => key),
  }
}

/** @param pattern a name, or one with `*` as its first label, which stands for exactly one (RFC 9525 section 6.3). */
export function isForName(pattern: string, name: string): boolean {
  return pattern === name || (pattern.startsWith('*.') && pattern.slice(1) === name.replace(/^[^.]+/, ''))
}
