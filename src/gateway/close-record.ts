import { answerRefusal } from './answer-refusal.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './upstreams/outcome.ts'
import type { Upstream } from './upstreams/upstream.ts'

/**
 * What became of it goes into the record, and what it shows of the upstream is remembered there; where the client got no
 * answer yet, it is told what went wrong.
 */
export function closeRecord(exchange: Exchange, upstream: Upstream, outcome: Outcome): void {
  const { ending, upstreamStatus, bytesReceived, error } = outcome
  const { record } = exchange
  if (upstreamStatus !== undefined || error) upstream.reachable = upstreamStatus !== undefined
  // Whoever ended it from here has said why.
  record.ending ??= ending
  record.upstreamStatus = upstreamStatus
  record.bytesReceived = bytesReceived
  if (error) answerRefusal(exchange, error)
}
