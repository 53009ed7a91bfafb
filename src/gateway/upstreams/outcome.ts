import { GatewayError } from '../../http/gateway-error.ts'
import type { Ending } from '../../telemetry/request-record.ts'
import type { UpstreamSettings } from './upstream.ts'

/** What became of something that was, or was to be, passed on to an upstream. */
export interface Outcome {
  ending: Ending
  /** What the upstream answered, if it did. */
  upstreamStatus: number | undefined
  /** Bytes of the request's body that the upstream got; of a tunnel, of all that the client sent. */
  bytesReceived: number
  /** Set where the client was not answered yet, and has to be told this. */
  error?: GatewayError
}

/** Nobody waits for it any more. */
export const CLIENT_LEFT: Outcome = { ending: 'client left', upstreamStatus: undefined, bytesReceived: 0 }

/** As OpenSSL says that it knows nobody who vouches for a certificate. */
const UNKNOWN_CA = new Set<string | undefined>([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

export function unreachable({ name, url }: UpstreamSettings, error: NodeJS.ErrnoException): GatewayError {
  const advice = UNKNOWN_CA.has(error.code) ? `; if a CA of your own made it, name that in upstreams.${name}.ca` : ''
  return new GatewayError('bad_gateway', `${name} at ${url}: ${error.message}${advice}`)
}

export function tooSlow({ name, url, responseTimeoutMs }: UpstreamSettings): GatewayError {
  return new GatewayError('gateway_timeout', `${name} at ${url} did not answer within ${responseTimeoutMs / 1000} s`)
}
