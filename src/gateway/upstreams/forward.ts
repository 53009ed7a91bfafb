import { type Dispatcher, errors, Pool } from 'undici'
import type { GatewayError } from '../../http/gateway-error.ts'
import type { Exchange } from '../exchange.ts'
import type { Target } from '../refuse-ambiguous.ts'
import { responseHeaders } from '../response-headers.ts'
import { CLIENT_LEFT, type Outcome, tooSlow, unreachable } from './outcome.ts'
import type { Upstream, UpstreamSettings } from './upstream.ts'

export type { Pool }

/** Upstreams close an idle connection themselves, Music Assistant after 75 s: ours have to go sooner. */
const KEEP_ALIVE_MS = 4000
const CONNECT_TIMEOUT_MS = 5000

const NOTHING = Buffer.alloc(0)

export function openPool({ url, responseTimeoutMs }: UpstreamSettings): Pool {
  return new Pool(url, {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: responseTimeoutMs,
    // A stream may pause for as long as the music does.
    bodyTimeout: 0,
    // With HTTP/2, which https upstreams would get, answers have no raw headers.
    allowH2: false,
  })
}

/** What goes to the upstream. */
export interface ForwardRequest {
  upstream: Upstream
  target: Target
  /** Raw pairs, sent instead of the request's own. */
  headers: string[]
  /** Whether documents among the answers are kept apart from the gateway's own pages. */
  sandbox: boolean
  /** What the client is told instead of an answer with this status, if it isn't passed on. */
  refusalOf: (status: number) => GatewayError | undefined
}

/**
 * Passes a request on and its answer back, both as they come, at the pace of the slower side. Where the upstream breaks
 * off in the middle, the client is cut off too, so that half an answer is never taken for a whole one.
 * @returns when the answer has been passed on, the client has left, or nothing could be had.
 */
export function forward(exchange: Exchange, request: ForwardRequest): Promise<Outcome> {
  // While it was decided about.
  if (exchange.answer.closed) return Promise.resolve(CLIENT_LEFT)
  return new Promise((resolve) => {
    const forwarding = new Forwarding(exchange, request, resolve)
    forwarding.dispatch()
  })
}

class Forwarding implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange
  readonly #request: ForwardRequest
  readonly #resolve: (outcome: Outcome) => void
  #controller: Dispatcher.DispatchController | undefined
  #headWaits = false
  #mayRetry: boolean
  #ending: Outcome['ending'] = 'answered'
  #upstreamStatus: number | undefined
  #bytesReceived = 0

  constructor(exchange: Exchange, request: ForwardRequest, resolve: (outcome: Outcome) => void) {
    this.#exchange = exchange
    this.#request = request
    this.#resolve = resolve
    const { method, body, answer } = exchange
    this.#mayRetry = body === null && (method === 'GET' || method === 'HEAD')
    answer.onClose((finished) => {
      if (!finished && this.#ending === 'answered') this.#ending = 'client left'
      // First, for nobody is left to be told of a failure.
      this.#settle()
      if (!finished) this.#controller?.abort(new Error('the client left'))
    })
  }

  dispatch(): void {
    const { upstream, target, headers } = this.#request
    const { method, body } = this.#exchange
    const path = target.path + target.query
    upstream.pool.dispatch({ method: method as Dispatcher.HttpMethod, path, headers, body }, this)
  }

  #settle(error?: GatewayError): void {
    this.#resolve({
      ending: this.#ending,
      upstreamStatus: this.#upstreamStatus,
      bytesReceived: this.#bytesReceived,
      error,
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#exchange.answer.closed) controller.abort(new Error('the client left'))
  }

  onBodySent(chunk: Uint8Array): void {
    this.#bytesReceived += chunk.length
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // An informational answer concerns the connection to the upstream only. (undici takes a 100 for an error.)
    if (status < 200) return
    this.#upstreamStatus = status
    const refusal = this.#request.refusalOf(status)
    if (refusal) {
      controller.abort(refusal)
      return
    }
    const { answer } = this.#exchange
    // The upstream's own words for the status may be none that a response can have, and mean nothing.
    answer.begin(status, responseHeaders(rawHeaders(controller), this.#request.sandbox))
    this.#headWaits = true
    // Together with the first of the body, if that is there. (`flushHeaders` would write them as UTF-8.)
    process.nextTick(() => this.#headWaits && answer.write(NOTHING))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#headWaits = false
    const { answer } = this.#exchange
    if (answer.write(chunk)) return
    controller.pause()
    answer.onDrain(() => controller.resume())
  }

  onResponseEnd(): void {
    this.#headWaits = false
    this.#exchange.answer.end()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#headWaits = false
    const { answer } = this.#exchange
    if (answer.closed) {
      if (this.#ending === 'answered') this.#ending = 'client left'
      this.#settle()
    } else if (answer.begun) {
      this.#ending = 'upstream broke off'
      answer.cut()
    } else if (this.#mayRetry && isLostConnection(error)) {
      // The upstream may have closed an idle connection in the moment that it was used.
      this.#mayRetry = false
      this.dispatch()
    } else {
      this.#settle(asGatewayError(this.#request.upstream, error))
    }
  }
}

/** The pairs as they came; undici has them, though its types don't say so. */
function rawHeaders(controller: Dispatcher.DispatchController): string[] {
  const parts = (controller as unknown as { rawHeaders: Buffer[] }).rawHeaders
  const headers = new Array<string>(parts.length)
  for (let i = 0; i < parts.length; i++) headers[i] = (parts[i] as Buffer).toString('latin1')
  return headers
}

/** Ended by the other side: undici has an error of its own for an end, and leaves a reset as Node tells it. */
function isLostConnection(error: NodeJS.ErrnoException): boolean {
  return error instanceof errors.SocketError || error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

function asGatewayError(upstream: UpstreamSettings, error: Error): GatewayError {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError)
    return tooSlow(upstream)
  return error.name === 'GatewayError' ? (error as GatewayError) : unreachable(upstream, error)
}
