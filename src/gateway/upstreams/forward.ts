import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Dispatcher, errors, Pool } from 'undici'
import { responseHeaders } from '../identity-headers.ts'
import type { Target } from '../refuse-ambiguous.ts'
import { refusesGateway, tooSlow, type Upstream, unreachable } from './upstream.ts'

/** Milliseconds. Upstreams close an idle connection themselves, Music Assistant after 75 s: ours have to go sooner. */
const KEEP_ALIVE = 4000
const CONNECT_TIMEOUT = 5000

const NOTHING = Buffer.alloc(0)

/** One request on its way to an upstream. */
export interface Passage {
  request: IncomingMessage
  response: ServerResponse
  target: Target
  /** Raw pairs, sent instead of the request's own. */
  headers: string[]
  /** Whether the caller was let in by this gateway, so that a 401 of the upstream's can't concern it. */
  authorized: boolean
}

export interface Forwarder {
  /**
   * Passes a request on and its answer back, both as they come, at the pace of the slower side.
   * @returns when the answer has been passed on, or the client has left.
   * @throws GatewayError while nothing was answered yet; later the client's connection is cut, so that half an answer
   * is never taken for a whole one.
   */
  forward: (passage: Passage) => Promise<void>
  close: () => Promise<void>
}

/** Opens the connections to an upstream. */
export function openForwarder(upstream: Upstream): Forwarder {
  const pool = new Pool(upstream.url, {
    connect: { timeout: CONNECT_TIMEOUT },
    keepAliveTimeout: KEEP_ALIVE,
    headersTimeout: upstream.responseTimeout,
    // A stream may pause for as long as the music does.
    bodyTimeout: 0,
  })
  return { forward: (passage) => forward(pool, upstream, passage), close: () => pool.destroy() }
}

function forward(
  pool: Pool,
  upstream: Upstream,
  { request, response, target, headers, authorized }: Passage,
): Promise<void> {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  const options: Dispatcher.DispatchOptions = {
    method: request.method as Dispatcher.HttpMethod,
    path: target.path + target.query,
    headers,
    body: hasBody ? request : null,
  }
  let mayRetry = !hasBody && (request.method === 'GET' || request.method === 'HEAD')

  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let headWaits = false
    response.once('close', () => {
      // First, for nobody is left to be told of a failure.
      resolve()
      if (!response.writableFinished) controller?.abort(new Error('the client left'))
    })
    response.on('drain', () => controller?.resume())

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started
        if (response.destroyed) started.abort(new Error('the client left'))
      },
      onResponseStart(started, status) {
        // An informational answer concerns the connection to the upstream only. (undici takes a 100 for an error.)
        if (status < 200) return
        if (status === 401 && authorized) {
          started.abort(refusesGateway(upstream))
          return
        }
        // The upstream's own words for the status may be none that a response can have, and mean nothing.
        response.writeHead(status, responseHeaders(rawHeaders(started)))
        headWaits = true
        // Together with the first of the body, if that is there. (`flushHeaders` would write them as UTF-8.)
        process.nextTick(() => headWaits && response.write(NOTHING))
      },
      onResponseData(started, chunk) {
        headWaits = false
        if (!response.write(chunk)) started.pause()
      },
      onResponseEnd() {
        headWaits = false
        response.end()
      },
      onResponseError(_, error) {
        headWaits = false
        if (response.headersSent) {
          response.destroy()
        } else if (mayRetry && isLostConnection(error)) {
          // The upstream may have closed an idle connection in the moment that it was used.
          mayRetry = false
          pool.dispatch(options, handler)
        } else {
          reject(asGatewayError(upstream, error))
        }
      },
    }
    pool.dispatch(options, handler)
  })
}

/** The pairs as they came; undici has them, though its types don't say so. */
function rawHeaders(controller: Dispatcher.DispatchController): string[] {
  return (controller as unknown as { rawHeaders: Buffer[] }).rawHeaders.map((part) => part.toString('latin1'))
}

/** Ended by the other side: undici has an error of its own for an end, and leaves a reset as Node tells it. */
function isLostConnection(error: NodeJS.ErrnoException): boolean {
  return error instanceof errors.SocketError || error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

function asGatewayError(upstream: Upstream, error: Error): Error {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError)
    return tooSlow(upstream)
  return error.name === 'GatewayError' ? error : unreachable(upstream, error)
}
