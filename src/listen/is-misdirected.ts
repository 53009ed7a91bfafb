import type { Connection } from './connections.ts'

/**
 * Whether a request names a host that the certificates of its connection aren't for. Of a host that was looked up once,
 * the next request on the same connection costs one comparison.
 * @see RFC 9110 section 7.4
 */
export function isMisdirected(connection: Connection, host: string): boolean {
  if (connection.certificates === undefined || host === connection.rightHost) return false
  if (!connection.certificates.isFor(host)) return true
  connection.rightHost = host
  return false
}
