import { jsonAnswer } from '../http/answer.ts'
import { GATEWAY_ERRORS, GatewayError } from '../http/gateway-error.ts'
import { CREDENTIAL_HEADERS } from './access/access.ts'
import { answerRefusal } from './answer-refusal.ts'
import type { ExchangeHandler } from './handle-exchange.ts'
import { headerOfHttpsProxy } from './headers/forwarded-over-https.ts'
import { sendAnswer } from './send-answer.ts'

export interface PlainTools {
  publicUrl: () => string
  /** What a CA is to find at this path, if anything. @see RFC 8555 section 8.3 */
  challengeAnswer: (path: string) => string | undefined
  /** Told of each request that a proxy seems to have brought. */
  onProxy: (peer: string, header: string) => void
}

/**
 * What happens to a request without TLS: everybody is sent to the public URL. A program that sends credentials here would
 * never notice that they are in clear if it were sent on, so it is refused. Where a proxy ends TLS in front and brings its
 * clients here, they would be sent to and fro for ever: they are told what to do instead.
 */
export function plainExchangeHandler({ publicUrl, challengeAnswer, onProxy }: PlainTools): ExchangeHandler {
  return async function handlePlainExchange(exchange) {
    const { method, target, record, rawHeaders, answer } = exchange
    answer.closeConnection()
    const challenge = method === 'GET' ? challengeAnswer(record.path) : undefined
    if (challenge !== undefined) {
      const headers = { 'Content-Type': 'application/octet-stream' }
      return sendAnswer(exchange, { status: 200, headers, body: challenge })
    }
    const header = headerOfHttpsProxy(rawHeaders)
    if (header !== undefined) {
      onProxy(record.peer, header)
      return answerRefusal(exchange, new GatewayError('proxy_in_front', `${header} says that it came by https`))
    }
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method) || hasCredentials(rawHeaders)) {
      const { status, sentence } = GATEWAY_ERRORS.https_required
      record.refusal = { code: 'https_required', detail: `${method} without TLS` }
      return sendAnswer(exchange, jsonAnswer(status, { error: 'https_required', error_description: sentence }))
    }
    const path = /^\/(?![/\\])[\x21-\x7e]*$/.test(target) ? target : '/'
    return sendAnswer(exchange, { status: 308, headers: { Location: `${publicUrl()}${path}` }, body: '' })
  }
}

function hasCredentials(rawHeaders: string[]): boolean {
  return rawHeaders.some((name, i) => i % 2 === 0 && CREDENTIAL_HEADERS.has(name.toLowerCase()))
}
