import { GatewayError } from '../http/gateway-error.ts'
import type { Allowed } from './access/access.ts'
import { answerRefusal } from './answer-refusal.ts'
import { isRewritable, publishIn, REWRITTEN_LIMIT } from './audio/publish-in.ts'
import type { AnswerChannel, Exchange } from './exchange.ts'
import type { UpstreamDestination } from './routes/destination.ts'
import type { Site } from './site.ts'
import { holdAnswer } from './upstreams/hold-answer.ts'
import type { UpstreamSettings } from './upstreams/upstream.ts'

/** Bytes of an answer that is held until it is whole: more than a discovery of Amazon's limit of 300 devices. */
const WHOLE_LIMIT = 1024 * 1024

/**
 * Where an upstream's answer is held until it has come whole: for whoever is told of failures in a form of their own, so
 * that one that breaks off can still be answered; and where URLs of streams in it are made public. Undefined where it goes
 * straight to the client.
 */
export function heldAnswer(
  exchange: Exchange,
  allowed: Allowed,
  { rewrite, upstream }: UpstreamDestination,
  { streamUrls }: Pick<Site, 'streamUrls'>,
): AnswerChannel | undefined {
  const urls = rewrite && exchange.method !== 'HEAD' ? streamUrls : undefined
  const isWhole = allowed.answerRefusal !== undefined
  if (!urls && !isWhole) return undefined
  const refuse = (problem: string) =>
    answerRefusal(exchange, new GatewayError('upstream_failed', `${upstream.name} ${problem}`))
  return holdAnswer(exchange.answer, {
    limit: urls ? REWRITTEN_LIMIT : WHOLE_LIMIT,
    holds: (head) => isWhole || isRewritable(head),
    change: urls && ((head, body) => publishIn(head, body, urls)),
    problemOf: (body) => allowed.answerProblem?.(body),
    refuse: isWhole ? refuse : undefined,
  })
}

/** What would make an answer that is to be read a compressed one, or a part of one. */
const UNREADABLE = /^(?:accept-encoding|range|if-range)$/i

/** An answer that is to be read must come whole, and not compressed. */
export function readableHeaders(
  rawHeaders: string[],
  { answerProblem }: Allowed,
  { rewrite }: UpstreamDestination,
): string[] {
  if (!rewrite && !answerProblem) return rawHeaders
  return rawHeaders.filter((_, i) => !UNREADABLE.test(rawHeaders[i - (i % 2)] as string))
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
