import type { Environment } from '../../../config/environment.ts'
import type { OpenResolver } from './authoritative-servers.ts'

/** How records are set, so that a test can go other ways. */
export interface DnsWays extends Environment {
  /** Is told in a sentence what goes well only in part. */
  warn: (sentence: string) => void
  /** Node's own, if absent. */
  fetch?: typeof fetch
  openResolver?: OpenResolver
  sleep?: (milliseconds: number) => Promise<void>
  /** Where the APIs of providers are; the real ones, if absent. */
  api?: { cloudflare?: string; duckdns?: string }
}
