import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import httpProxy from 'http-proxy'
import { endSocket } from '../../net/end-socket.ts'
import type { Exchange, UpgradeRequest } from '../exchange.ts'
import { responseHeaders } from '../response-headers.ts'
import type { ForwardRequest } from './forward.ts'
import { CLIENT_LEFT, type Outcome, tooSlow, unreachable } from './outcome.ts'

useOldExtendQuietly()

export interface TunnelRequest extends ForwardRequest {
  upgrade: UpgradeRequest
  /** The two sides are connected. */
  onOpen: () => void
}

/**
 * Passes an upgrade on and splices the two connections.
 * @returns when the tunnel has ended, another answer of the upstream's was passed on, or nothing could be had.
 */
export function tunnel(exchange: Exchange, request: TunnelRequest): Promise<Outcome> {
  const { upstream, upgrade, headers, sandbox, refusalOf, onOpen } = request
  const { socket, head } = upgrade
  // While it was decided about.
  if (socket.destroyed) return Promise.resolve(CLIENT_LEFT)
  const outcome: Outcome = { ...CLIENT_LEFT }
  /** Bytes that came in one packet with the upstream's consent. */
  let firstLength = 0
  return new Promise((resolve) => {
    const proxy = httpProxy.createProxyServer({ target: upstream.url, toProxy: true })
    socket.once('close', () => resolve(outcome))

    proxy.on('proxyReqWs', (upstreamRequest) => {
      // http-proxy would make `/http:/x` into `/http://x`.
      upstreamRequest.path = exchange.target
      socket.once('close', () => upstreamRequest.destroy())
      upstreamRequest.setTimeout(upstream.responseTimeoutMs, () => {
        resolve({ ...outcome, error: tooSlow(upstream) })
        upstreamRequest.destroy()
      })
      // http-proxy, which listens next, passes on every header of the answer.
      upstreamRequest.once('upgrade', (response, _, first: Buffer) => {
        firstLength = first.length
        response.headers = toObject([...responseHeaders(response.rawHeaders, sandbox), ...TO_WEBSOCKET])
      })
      // It would end the connection where it fails, and pass on a chunked answer without its chunks: these take its place.
      process.nextTick(() => {
        const fail = (error: Error) => resolve({ ...outcome, error: unreachable(upstream, error) })
        upstreamRequest.removeAllListeners('error').on('error', fail)
        upstreamRequest.removeAllListeners('response').once('response', (response) => {
          passOnAnswer(upstreamRequest, response)
        })
      })
    })
    proxy.on('open', (upstreamSocket) => {
      outcome.ending = 'closed'
      outcome.upstreamStatus = 101
      onOpen()
      countBytes(upstreamSocket)
      socket.once('close', () => upstreamSocket.destroy())
      upstreamSocket.once('close', () => endSocket(socket))
    })
    // After it was opened: then both ends are closed by the listeners above.
    proxy.on('error', () => {})
    proxy.ws(requestFor(exchange, upstream.url, headers), socket, head)

    function countBytes(upstreamSocket: Socket): void {
      const { bytesRead, bytesWritten } = upstreamSocket
      socket.once('close', () => {
        outcome.bytesReceived = upstreamSocket.bytesWritten - bytesWritten
        exchange.record.bytesSent = upstreamSocket.bytesRead - bytesRead + firstLength
      })
    }

    /** What the upstream says instead of upgrading. */
    function passOnAnswer(upstreamRequest: ClientRequest, response: IncomingMessage): void {
      const { answer } = exchange
      const status = response.statusCode ?? 0
      outcome.upstreamStatus = status
      const refusal = refusalOf(status)
      if (refusal) {
        resolve({ ...outcome, error: refusal })
        upstreamRequest.destroy()
        return
      }
      upstreamRequest.setTimeout(0)
      answer.onClose((finished) => {
        if (finished) outcome.ending = 'answered'
        resolve(outcome)
      })
      response.on('error', () => {
        outcome.ending = 'upstream broke off'
        answer.cut()
      })
      try {
        answer.begin(status, responseHeaders(response.rawHeaders, sandbox))
      } catch {
        // No response can be like that.
        socket.destroy()
        return
      }
      response.on('data', (chunk: Buffer) => {
        if (answer.write(chunk)) return
        response.pause()
        answer.onDrain(() => response.resume())
      })
      response.on('end', () => answer.end())
    }
  })
}

const TO_WEBSOCKET = ['Connection', 'Upgrade', 'Upgrade', 'websocket']

/** What http-proxy reads of a request; nothing of the client's own reaches the upstream. */
function requestFor({ method, target }: Exchange, url: string, headers: string[]): IncomingMessage {
  const host = ['Host', new URL(url).host]
  return {
    method,
    url: target,
    headers: toObject([...headers, ...host, ...TO_WEBSOCKET]) as IncomingHttpHeaders,
  } as IncomingMessage
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
