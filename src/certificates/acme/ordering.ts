import type { AcmeConnection, Client } from './acme-connection.ts'
import type { OrderRequest, OrderWays } from './order.ts'

/** How often a CA is asked whether it is done, if it doesn't say; how seldom at most, and how often. */
const ASK_EVERY_MS = 2000
const LONGEST_ASK_EVERY_MS = 30_000
const LEAST_ASK_EVERY_MS = 500

/** What all steps of an order have. */
export interface Ordering {
  request: OrderRequest
  ways: OrderWays
  connection: AcmeConnection
  client: Client
}

/** How long to wait before a CA is asked once more how far it is. Milliseconds. */
export function askAgainMs({ retryAfterMs }: AcmeConnection): number {
  return Math.min(Math.max(retryAfterMs() ?? ASK_EVERY_MS, LEAST_ASK_EVERY_MS), LONGEST_ASK_EVERY_MS)
}
