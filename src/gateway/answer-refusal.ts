import { StorageError } from '../files/storage-error.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { ClientLeftError } from '../http/client-left-error.ts'
import { GatewayError, type GatewayErrorCode } from '../http/gateway-error.ts'
import { TooBusyError } from '../limits/too-busy-error.ts'
import { explainedPage } from '../pages/explained-page.ts'
import type { Explained } from '../pages/words/words-for.ts'
import type { Challenge } from './access/access.ts'
import type { Exchange } from './exchange.ts'
import { sendAnswer } from './send-answer.ts'

/** After these it isn't known for sure where the next request of the same connection begins, or none is wanted. */
const ENDS_CONNECTION = new Set<GatewayErrorCode>([
  'ambiguous_request',
  'upgrade_not_allowed',
  'request_timeout',
  'body_too_large',
  // The next connection is asked for a certificate anew.
  'certificate_required',
  'overloaded',
])

/** Sends what went wrong: a page to a person, JSON to a program; the private detail only into the record. */
export function answerRefusal(exchange: Exchange, error: unknown): void {
  const { answer, record } = exchange
  if (error instanceof ClientLeftError) {
    record.ending ??= 'client left'
    return
  }
  const refusal = asGatewayError(error)
  const { status, code, message, headers, detail } = refusal
  record.refusal ??= { code, detail }
  if (answer.begun) {
    // Half an answer is already on its way: only a broken connection tells that it isn't whole.
    record.ending ??= 'refused'
    answer.cut()
    return
  }
  if (ENDS_CONNECTION.has(code)) answer.closeConnection()
  const told = exchange.allowed?.answerRefusal?.(refusal)
  sendAnswer(exchange, told ?? refusalAnswer(exchange, { status, code, sentence: message, headers }))
}

/** Says which credentials are missing. @see RFC 6750 section 3 */
export function answerChallenge(exchange: Exchange, { status, code, sentence, authenticate }: Challenge): void {
  exchange.record.refusal = { code, detail: sentence }
  const headers = { 'WWW-Authenticate': authenticate }
  sendAnswer(exchange, refusalAnswer(exchange, { status, code, sentence, headers }))
}

interface Told {
  status: number
  code: Explained
  /** To a program. */
  sentence: string
  headers: Answer['headers']
}

function refusalAnswer({ headers: asked }: Exchange, { status, code, sentence, headers }: Told): Answer {
  const wantsPage = asked.accept?.includes('text/html') ?? false
  if (!wantsPage) return jsonAnswer(status, { error: code, error_description: sentence }, headers)
  return explainedPage(code, { status, accepted: asked['accept-language'], headers })
}

/** What went wrong, in the words of the catalogue. */
export function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (error instanceof StorageError) {
    return new GatewayError('store_unavailable', error.message, { 'Retry-After': '5' })
  }
  if (error instanceof TooBusyError) {
    return new GatewayError('too_busy', error.message, { 'Retry-After': '5' })
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new GatewayError('internal_error', detail)
}
