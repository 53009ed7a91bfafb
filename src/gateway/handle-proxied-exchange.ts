import { GatewayError } from '../http/gateway-error.ts'
import { withoutMapping } from '../net/client-address.ts'
import { answerRefusal } from './answer-refusal.ts'
import type { ExchangeHandler } from './handle-exchange.ts'
import { forwardedProblem } from './headers/forwarded-over-https.ts'

export interface ProxiedTools {
  /** Whether this address is one of the proxies in front. */
  isProxy: (peer: string) => boolean
  /** What happens to each request that comes over TLS. */
  handle: ExchangeHandler
}

/**
 * What happens to a request without TLS where a proxy ends it: it is one that came over TLS, if a trusted proxy brings it
 * and says so. Anybody else could write the same header, and send what others are to see in clear.
 */
export function proxiedExchangeHandler({ isProxy, handle }: ProxiedTools): ExchangeHandler {
  return async function handleProxiedExchange(exchange) {
    const { record, rawHeaders, answer } = exchange
    const refusal = refusalOf(record.peer, rawHeaders)
    if (!refusal) return handle(exchange)
    answer.closeConnection()
    answerRefusal(exchange, refusal)
  }

  function refusalOf(peer: string, rawHeaders: string[]): GatewayError | undefined {
    if (!isProxy(peer))
      return new GatewayError('not_a_trusted_proxy', `${withoutMapping(peer)} is not in listen.trusted_proxies`)
    const problem = forwardedProblem(rawHeaders)
    return problem === undefined ? undefined : new GatewayError('forwarded_without_https', problem)
  }
}
