import { GatewayError } from '../../http/gateway-error.ts'
import type { Ending } from '../../telemetry/request-record.ts'
import type { UpstreamSettings } from './upstream.ts'

/** What became of something that was passed on to an upstream. */
export interface Outcome {
  ending: Ending
  /** What the upstream answered, if it did. */
  upstreamStatus: number | undefined
  /** Bytes of the request's body that the upstream got; of a tunnel, of all that the client sent. */
  bytesReceived: number
  /** Set where the client was not answered yet, and has to be told this. */
  error?: GatewayError
}

export function unreachable({ name, url }: UpstreamSettings, error: Error): GatewayError {
  const sentence = 'The server behind this gateway cannot be reached. Check that it is running, and try again.'
  return new GatewayError('bad_gateway', sentence, `${name} at ${url}: ${error.message}`)
}

export function tooSlow({ name, url, responseTimeoutMs }: UpstreamSettings): GatewayError {
  const sentence = 'The server behind this gateway takes too long to answer. Try again later.'
  return new GatewayError(
    'gateway_timeout',
    sentence,
    `${name} at ${url} did not answer within ${responseTimeoutMs / 1000} s`,
  )
}
