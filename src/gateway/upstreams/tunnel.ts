import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import httpProxy from 'http-proxy'
import type { GatewayError } from '../../http/gateway-error.ts'
import { responseHeaders, setsOwnCookie } from '../identity-headers.ts'
import { refusesGateway, tooSlow, type Upstream, unreachable } from './upstream.ts'

useOldExtendQuietly()

/** The two ways in which an upgrade can come to nothing. Each has to answer at once: http-proxy ends the socket next. */
export interface WithoutUpgrade {
  /** Nothing useful came from the upstream. */
  fail: (error: GatewayError) => void
  /** Makes the response on which the upstream's own, other answer is passed on. */
  respond: () => ServerResponse
}

/** A WebSocket upgrade on its way to an upstream. */
export interface Upgrade {
  request: IncomingMessage
  /** The client's, with an `error` listener already on it. */
  socket: Duplex
  /** What the client sent after its request. */
  head: Buffer
  /** Raw pairs, sent instead of the request's own. */
  headers: string[]
  /** Whether the caller was let in by this gateway, so that a 401 of the upstream's can't concern it. */
  authorized: boolean
}

/** Passes an upgrade on and splices the two sockets. */
export function tunnel(
  upstream: Upstream,
  { request, socket, head, headers, authorized }: Upgrade,
  without: WithoutUpgrade,
): void {
  // http-proxy copies these; nothing else of the client's request reaches the upstream.
  const upgrade = ['Host', new URL(upstream.url).host, 'Connection', 'Upgrade', 'Upgrade', 'websocket']
  request.headers = toObject([...headers, ...upgrade]) as IncomingHttpHeaders
  const proxy = httpProxy.createProxyServer({ target: upstream.url, toProxy: true })
  let settled = false
  const settle = () => {
    const first = !settled
    settled = true
    return first
  }

  proxy.on('proxyReqWs', (upstreamRequest) => {
    // http-proxy would make `/http:/x` into `/http://x`.
    upstreamRequest.path = request.url as string
    socket.once('close', () => {
      // Nobody is left to be told of a failure.
      settle()
      upstreamRequest.destroy()
    })
    upstreamRequest.setTimeout(upstream.responseTimeout, () => {
      if (settle()) without.fail(tooSlow(upstream))
      upstreamRequest.destroy()
    })
    // http-proxy, which listens next, passes on every header of the answer.
    upstreamRequest.once('upgrade', ({ headers }) => {
      const cookies = headers['set-cookie']
      if (cookies) headers['set-cookie'] = cookies.filter((cookie) => !setsOwnCookie(cookie))
    })
    // Of another answer it would pass on a chunked body without its chunks: this takes its place.
    process.nextTick(() => upstreamRequest.removeAllListeners('response').once('response', passOnAnswer))
  })
  proxy.on('open', (upstreamSocket) => {
    settle()
    socket.once('close', () => upstreamSocket.destroy())
    upstreamSocket.once('close', () => socket.end())
  })
  proxy.on('error', (error) => {
    if (settle()) without.fail(unreachable(upstream, error))
  })
  proxy.ws(request, socket, head)

  /** What the upstream says instead of upgrading. */
  function passOnAnswer(response: IncomingMessage): void {
    if (!settle()) return
    if (response.statusCode === 401 && authorized) {
      without.fail(refusesGateway(upstream))
      response.destroy()
      return
    }
    response.setTimeout(0)
    const answer = without.respond()
    response.once('error', () => answer.destroy())
    try {
      answer.writeHead(response.statusCode ?? 0, responseHeaders(response.rawHeaders))
      response.pipe(answer)
    } catch {
      // No response can be like that.
      socket.destroy()
    }
  }
}

/** Lower-case names; a value that comes once is a string, as http-proxy expects of `connection` and `upgrade`. */
function toObject(rawHeaders: string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    const before = headers[name]
    headers[name] = before === undefined ? value : [before, value].flat()
  }
  return headers
}

/** http-proxy uses `util._extend`, which warns the first time: let that be where nobody is bothered. */
function useOldExtendQuietly(): void {
  const { emitWarning } = process
  process.emitWarning = () => {}
  createRequire(import.meta.url)('node:util')._extend({}, {})
  process.emitWarning = emitWarning
}
