import type { Connection } from './connections.ts'
import type { ReaderTools } from './http1-exchange.ts'

/** Half a year, and for this host alone: what else is in the domain isn't the gateway's to say. @see RFC 6797 section 6.1 */
const STRICT_TRANSPORT: readonly string[] = ['Strict-Transport-Security', 'max-age=15768000']
const NOTHING: readonly string[] = []

/**
 * What tells browsers to come by https only, as a raw pair. Of a certificate that not everybody trusts nothing is said: a
 * browser lets nobody past a warning then, and the gateway would be out of reach until the half year is over.
 */
export function strictTransport({ certificates }: Connection, { hsts }: ReaderTools): readonly string[] {
  return certificates?.isPublic && hsts?.() ? STRICT_TRANSPORT : NOTHING
}
