import { GatewayError } from '../../http/gateway-error.ts'

/** A server behind the gateway. */
export interface Upstream {
  name: string
  /** Its origin. */
  url: string
  /** What the gateway itself signs in with there. */
  token?: string
  /** How long it may take to begin an answer, in milliseconds. */
  responseTimeout: number
}

export function unreachable({ name, url }: Upstream, error: Error): GatewayError {
  const sentence = 'The server behind this gateway cannot be reached. Check that it is running, and try again.'
  return new GatewayError('bad_gateway', sentence, `${name} at ${url}: ${error.message}`)
}

export function tooSlow({ name, url, responseTimeout }: Upstream): GatewayError {
  const sentence = 'The server behind this gateway takes too long to answer. Try again later.'
  return new GatewayError(
    'gateway_timeout',
    sentence,
    `${name} at ${url} did not answer within ${responseTimeout / 1000} s`,
  )
}

/**
 * A 401 to a request whose caller this gateway has let in means the gateway itself. Passed on, it would tell a client
 * that its own token is bad, and Alexa would unlink.
 */
export function refusesGateway({ name, token }: Upstream): GatewayError {
  const sentence = 'The server behind this gateway does not accept the gateway. Its owner has to give it a valid token.'
  const advice = token === undefined ? 'it has none' : 'the one it has may have expired'
  return new GatewayError(
    'upstream_refused_gateway',
    sentence,
    `${name} answered 401: set upstreams.${name}.token, ${advice}`,
  )
}
