import { GatewayError } from '../http/gateway-error.ts'
import type { Allowed } from './access/access.ts'
import { answerRefusal } from './answer-refusal.ts'
import type { AnswerChannel, Exchange } from './exchange.ts'
import { holdAnswer } from './upstreams/hold-answer.ts'
import type { UpstreamSettings } from './upstreams/upstream.ts'

/** Bytes of an answer that is held until it is whole: more than a discovery of Amazon's limit of 300 devices. */
const HELD_LIMIT = 1024 * 1024

/**
 * For whoever is told of failures in a form of their own: an upstream's answer goes on only when it has come whole, so
 * that one that breaks off can still be answered.
 */
export function wholeAnswers(exchange: Exchange, { name }: UpstreamSettings): AnswerChannel {
  return holdAnswer(exchange.answer, {
    limit: HELD_LIMIT,
    holds: () => true,
    onBroken: () => answerRefusal(exchange, new GatewayError('upstream_failed', `${name} broke off its answer`)),
  })
}

/** Whoever is told of failures in a form of their own takes no other one from an upstream. */
export function failureOf(
  { answerRefusal }: Allowed,
  { name }: UpstreamSettings,
  status: number,
): GatewayError | undefined {
  if (!answerRefusal || (status >= 200 && status < 300)) return undefined
  return new GatewayError('upstream_failed', `${name} answered ${status}`)
}
