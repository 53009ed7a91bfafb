import type { GatewayError } from '../../http/gateway-error.ts'
import type { AnswerChannel, Exchange } from '../exchange.ts'
import { responseHeaders } from '../headers/response-headers.ts'
import type { Target } from '../refuse-ambiguous.ts'
import { answerProblem, withoutLength } from './answer-problem.ts'
import { type Connection, type Dispatcher, isLostConnection, isTooSlow, rawHeadersOf } from './connection.ts'
import { CLIENT_LEFT, type Outcome, tooSlow, unreachable } from './outcome.ts'
import type { Upstream, UpstreamSettings } from './upstream.ts'

const NOTHING = Buffer.alloc(0)

/** What goes to the upstream. */
export interface ForwardRequest {
  upstream: Upstream
  target: Target
  /** Raw pairs, sent instead of the request's own. */
  headers: string[]
  /** The request's, where it was read to decide; it then goes on byte for byte. */
  body?: Buffer
  /** Where the answer goes on its way to the client; straight there, if absent. */
  answer?: AnswerChannel
  /** Whether documents among the answers are kept apart from the gateway's own pages. */
  sandbox: boolean
  /** What the client is told instead of an answer with this status, if it isn't passed on. */
  refusalOf: (status: number) => GatewayError | undefined
}

/**
 * Passes a request on and its answer back, both as they come, at the pace of the slower side. Where the upstream breaks
 * off in the middle, the client is cut off too, so that half an answer is never taken for a whole one.
 * @returns when the answer has been passed on, the client has left, or nothing could be had.
 * @throws GatewayError upstream_busy
 */
export function forward(exchange: Exchange, request: ForwardRequest): Promise<Outcome> {
  // While it was decided about.
  if (exchange.answer.closed) return Promise.resolve(CLIENT_LEFT)
  return new Promise((resolve, reject) => new Forwarding(exchange, request, { resolve, reject }).begin())
}

interface Settle {
  resolve: (outcome: Outcome) => void
  reject: (error: GatewayError) => void
}

class Forwarding implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange
  readonly #request: ForwardRequest
  readonly #answer: AnswerChannel
  readonly #settle: Settle
  #leaveQueue: (() => void) | undefined
  #connection: Connection | undefined
  #controller: Dispatcher.DispatchController | undefined
  #headWaits = false
  #mayRetry: boolean
  #ending: Outcome['ending'] = 'answered'
  #upstreamStatus: number | undefined
  #bytesReceived = 0

  constructor(exchange: Exchange, request: ForwardRequest, settle: Settle) {
    this.#exchange = exchange
    this.#request = request
    this.#settle = settle
    this.#answer = request.answer ?? exchange.answer
    const { method, body } = exchange
    this.#mayRetry = body === null && (method === 'GET' || method === 'HEAD')
    this.#answer.onClose((finished) => {
      if (!finished && this.#ending === 'answered') this.#ending = 'client left'
      this.#leaveQueue?.()
      // First, for nobody is left to be told of a failure.
      this.#finish()
      if (!finished) this.#controller?.abort(new Error('the client left'))
    })
  }

  begin(): void {
    const { pool } = this.#request.upstream
    const connection = pool.take()
    if (connection) {
      this.#send(connection)
      return
    }
    this.#leaveQueue = pool.wait((taken) => this.#send(taken), this.#settle.reject)
  }

  #send(connection: Connection): void {
    this.#connection = connection
    const { target, headers } = this.#request
    const { method } = this.#exchange
    const body = this.#request.body ?? this.#exchange.body
    const path = target.path + target.query
    connection.send({ method: method as Dispatcher.HttpMethod, path, headers, body }, this)
  }

  /** What the client is still to get doesn't need it. */
  #freeConnection(): void {
    if (this.#connection) process.nextTick(free, this.#request.upstream, this.#connection)
    this.#connection = undefined
  }

  #finish(error?: GatewayError): void {
    this.#settle.resolve({
      ending: this.#ending,
      upstreamStatus: this.#upstreamStatus,
      bytesReceived: this.#bytesReceived,
      error,
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#connection?.guard.awaitAnswer()
    if (this.#answer.closed) controller.abort(new Error('the client left'))
  }

  onBodySent(chunk: Uint8Array): void {
    this.#bytesReceived += chunk.length
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const raw = rawHeadersOf(controller)
    const { upstream, refusalOf } = this.#request
    const problem = answerProblem(raw, this.#connection?.guard.isOld === true)
    if (problem !== undefined) {
      controller.abort(unreachable(upstream, new Error(problem)))
      return
    }
    this.#upstreamStatus = status
    const refusal = refusalOf(status)
    if (refusal) {
      controller.abort(refusal)
      return
    }
    const answer = this.#answer
    // The upstream's own words for the status may be none that a response can have, and mean nothing.
    const headers = status === 204 ? withoutLength(raw) : raw
    answer.begin(status, responseHeaders(headers, this.#request.sandbox, this.#exchange.corsHeaders))
    this.#headWaits = true
    // Together with the first of the body, if that is there. (`flushHeaders` would write them as UTF-8.)
    process.nextTick(() => this.#headWaits && answer.write(NOTHING))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#headWaits = false
    const answer = this.#answer
    if (answer.write(chunk)) return
    controller.pause()
    answer.onDrain(() => controller.resume())
  }

  onResponseEnd(): void {
    this.#headWaits = false
    const answer = this.#answer
    if (this.#connection?.guard.brokenOff) this.#cut()
    else answer.end()
    this.#freeConnection()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#headWaits = false
    const answer = this.#answer
    if (!answer.closed && !answer.begun && this.#mayRetry && this.#isUnanswered(error)) {
      // The upstream may have closed an idle connection in the moment that it was used.
      this.#mayRetry = false
      process.nextTick(() => this.#send(this.#connection as Connection))
      return
    }
    this.#freeConnection()
    if (answer.closed) {
      if (this.#ending === 'answered') this.#ending = 'client left'
      this.#finish()
    } else if (answer.begun) {
      this.#cut()
    } else {
      this.#finish(asGatewayError(this.#request.upstream, error))
    }
  }

  /** Not even the beginning of an answer came. */
  #isUnanswered(error: Error): boolean {
    return isLostConnection(error) && this.#connection?.guard.begun === false
  }

  #cut(): void {
    this.#ending = 'upstream broke off'
    this.#answer.cut()
  }
}

function free({ pool }: Upstream, connection: Connection): void {
  pool.free(connection)
}

function asGatewayError(upstream: UpstreamSettings, error: Error): GatewayError {
  if (isTooSlow(error)) return tooSlow(upstream)
  return error.name === 'GatewayError' ? (error as GatewayError) : unreachable(upstream, error)
}
