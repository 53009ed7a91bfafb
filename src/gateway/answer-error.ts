import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { StorageError } from '../files/storage-error.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { GatewayError } from '../http/gateway-error.ts'
import { TooBusyError } from '../limits/too-busy-error.ts'
import { explainedPage } from '../pages/explained-page.ts'
import type { Explained } from '../pages/words/words-for.ts'
import { hideSecrets } from '../telemetry/hide-secrets.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Decision } from './authorize-request.ts'

/** Milliseconds for the rest of a body that nobody reads; whoever needs longer is cut off. */
const REST_OF_BODY = 5000

/** In characters of the log: what is longer was sent by somebody who wants to fill the disk. */
const LONGEST_DETAIL = 1000
const LONGEST_PATH = 200

/** Sends an answer of the gateway's own, and notes a refusal. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer, log: Logger): void {
  // The request has lost its socket where its body was destroyed, as undici does after a failure.
  const { socket } = response
  if (answer.detail !== undefined) {
    const { status } = answer
    const detail = hideSecrets(answer.detail).slice(0, LONGEST_DETAIL)
    const level = status >= 500 ? 'error' : 'info'
    log[level](
      { address: socket?.remoteAddress, method: request.method, path: pathOf(request), status, detail },
      'refused',
    )
  }
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, STATUS_CODES[answer.status], { ...answer.headers, 'Content-Length': body.length })
  response.end(body)
  if (!request.complete) {
    const timer = setTimeout(() => socket?.destroy(), REST_OF_BODY)
    request.once('close', () => clearTimeout(timer))
  }
}

function pathOf({ url }: IncomingMessage): string | undefined {
  const path = url?.split('?', 1)[0]
  return path && hideSecrets(path).slice(0, LONGEST_PATH)
}

/** Sends what went wrong: a page to a person, JSON to a program; the private detail only to the log. */
export function answerError(request: IncomingMessage, response: ServerResponse, error: unknown, log: Logger): void {
  const known = asGatewayError(error)
  // Half an answer is already on its way: only a broken connection tells that it isn't whole.
  if (response.headersSent) {
    log.error({ path: pathOf(request), detail: hideSecrets(known.detail) }, 'answer cut off')
    response.destroy()
    return
  }
  const { status, code, message, headers, note } = known
  sendAnswer(request, response, { ...refusalAnswer(request, status, code, message, headers), detail: note }, log)
}

/** @see RFC 6750 section 3, RFC 9728 section 5.1 */
export function challengeAnswer(request: IncomingMessage, decision: Decision & { kind: 'challenge' }): Answer {
  const { status, error, sentence, scopes, metadata } = decision
  const parts = ['realm="skillgate"']
  if (error) parts.push(`error="${error}"`, `error_description="${sentence}"`)
  if (scopes.length > 0) parts.push(`scope="${scopes.join(' ')}"`)
  parts.push(`resource_metadata="${metadata}"`)
  const headers = { 'WWW-Authenticate': `Bearer ${parts.join(', ')}` }
  const answer = refusalAnswer(request, status, error ?? 'unauthorized', sentence, headers)
  return { ...answer, detail: error ?? 'no access token' }
}

function refusalAnswer(
  request: IncomingMessage,
  status: number,
  code: Explained,
  sentence: string,
  headers: Answer['headers'],
): Answer {
  if (!wantsPage(request)) return jsonAnswer(status, { error: code, error_description: sentence }, headers)
  return explainedPage(code, { status, accepted: request.headers['accept-language'], headers })
}

function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') ?? false
}

function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (error instanceof StorageError) {
    const sentence = 'The gateway cannot reach its database right now. Nothing is lost: try again in a minute.'
    return new GatewayError('store_unavailable', sentence, error.message, { 'Retry-After': '5' })
  }
  if (error instanceof TooBusyError) {
    const sentence = 'Too many people are signing in at this moment. Go back and try again.'
    return new GatewayError('too_busy', sentence, error.message, { 'Retry-After': '5' })
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new GatewayError('internal_error', 'Something went wrong in the gateway itself; its log says what.', detail)
}
