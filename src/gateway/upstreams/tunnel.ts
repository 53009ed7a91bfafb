import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent } from 'node:https'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import httpProxy from 'http-proxy'
import { rawHeaderValues } from '../../http/raw-headers.ts'
import { endSocket } from '../../net/end-socket.ts'
import type { Exchange, UpgradeRequest } from '../exchange.ts'
import { responseHeaders } from '../headers/response-headers.ts'
import { answerProblem, withoutLength } from './answer-problem.ts'
import type { ForwardRequest } from './forward.ts'
import { CLIENT_LEFT, type Outcome, tooSlow, unreachable } from './outcome.ts'
import { TlsTransport } from './tls-transport.ts'
import { upgradeProblem } from './upgrade-problem.ts'
import type { UpstreamSettings } from './upstream.ts'
import { waitForPlace } from './wait-for-place.ts'

useOldExtendQuietly()

export interface TunnelRequest extends ForwardRequest {
  upgrade: UpgradeRequest
  /** The two sides are connected. */
  onOpen: () => void
}

/**
 * Passes an upgrade on and splices the two connections.
 * @returns when the tunnel has ended, another answer of the upstream's was passed on, or nothing could be had.
 * @throws GatewayError upstream_busy
 */
export async function tunnel(exchange: Exchange, request: TunnelRequest): Promise<Outcome> {
  const { tunnels } = request.upstream
  const { socket } = request.upgrade
  if (!tunnels.take() && !(await waitForPlace(tunnels, socket))) return CLIENT_LEFT
  try {
    // While it was decided about, or waiting.
    return socket.destroyed ? CLIENT_LEFT : await splice(exchange, request)
  } finally {
    tunnels.free()
  }
}

function splice(exchange: Exchange, request: TunnelRequest): Promise<Outcome> {
  const { upstream, upgrade, headers, sandbox, refusalOf, onOpen } = request
  const { socket, head } = upgrade
  const outcome: Outcome = { ...CLIENT_LEFT }
  /** Bytes that came in one packet with the upstream's consent. */
  let firstLength = 0
  /** The upstream's connection ended in a way that says nothing about where a body does. */
  let brokenOff = false
  return new Promise((resolve) => {
    const noteBrokenOff = () => {
      brokenOff = true
    }
    const agent = agentOf(upstream, noteBrokenOff)
    const proxy = httpProxy.createProxyServer({ target: targetOf(upstream), agent, toProxy: true })
    socket.once('close', () => resolve(outcome))
    const fail = (error: Error) => resolve({ ...outcome, error: unreachable(upstream, error) })

    proxy.on('proxyReqWs', (upstreamRequest) => {
      // http-proxy would make `/http:/x` into `/http://x`.
      upstreamRequest.path = exchange.target
      socket.once('close', () => upstreamRequest.destroy())
      // Not `setTimeout` of the request, which each byte and each informational answer would begin anew.
      const deadline = setTimeout(() => {
        resolve({ ...outcome, error: tooSlow(upstream) })
        upstreamRequest.destroy()
      }, upstream.responseTimeoutMs)
      upstreamRequest.once('close', () => clearTimeout(deadline))
      upstreamRequest.once('socket', (upstreamSocket) => upstreamSocket.prependListener('error', noteBrokenOff))
      process.nextTick(() => {
        // http-proxy passes on any 101, and every header of it.
        const [spliceSockets] = upstreamRequest.listeners('upgrade') as [SpliceSockets]
        upstreamRequest.removeAllListeners('upgrade').once('upgrade', (response, upstreamSocket, first) => {
          clearTimeout(deadline)
          const [key] = rawHeaderValues(exchange.rawHeaders, 'sec-websocket-key')
          const problem = problemOf(response) ?? upgradeProblem(response, key)
          if (problem !== undefined) {
            upstreamSocket.destroy()
            fail(new Error(problem))
            return
          }
          firstLength = first.length
          response.headers = toObject([
            ...responseHeaders(withoutLength(response.rawHeaders), sandbox, exchange.corsHeaders),
            ...TO_WEBSOCKET,
          ])
          spliceSockets(response, upstreamSocket, first)
        })
        // It would end the connection where it fails, and pass on a chunked answer without its chunks.
        upstreamRequest.removeAllListeners('error').on('error', fail)
        upstreamRequest.removeAllListeners('response').once('response', (response) => {
          clearTimeout(deadline)
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
      const isFinal = status >= 200 && status <= 599
      const problem = isFinal ? problemOf(response) : `an answer with status ${status}, and no upgrade`
      if (problem === undefined) outcome.upstreamStatus = status
      const refusal = problem === undefined ? refusalOf(status) : unreachable(upstream, new Error(problem))
      if (refusal) {
        resolve({ ...outcome, error: refusal })
        upstreamRequest.destroy()
        return
      }
      answer.onClose((finished) => {
        if (finished) outcome.ending = 'answered'
        resolve(outcome)
      })
      const cut = () => {
        outcome.ending = 'upstream broke off'
        answer.cut()
      }
      response.on('error', cut)
      const rawHeaders = status === 204 ? withoutLength(response.rawHeaders) : response.rawHeaders
      try {
        answer.begin(status, responseHeaders(rawHeaders, sandbox, exchange.corsHeaders))
      } catch (error) {
        // No response can be like that.
        fail(error as Error)
        upstreamRequest.destroy()
        return
      }
      response.on('data', (chunk: Buffer) => {
        if (answer.write(chunk)) return
        response.pause()
        answer.onDrain(() => response.resume())
      })
      response.on('end', () => (brokenOff ? cut() : answer.end()))
    }
  })
}

type SpliceSockets = (response: IncomingMessage, upstreamSocket: Socket, first: Buffer) => void

const TO_WEBSOCKET = ['Connection', 'Upgrade', 'Upgrade', 'websocket']

function targetOf({ url }: UpstreamSettings): httpProxy.ServerOptions['target'] {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return { protocol, host, hostname: host, port }
}

/** What opens a connection with TLS. Node checks the name of the certificate by the request's `Host`: the upstream's. */
function agentOf({ url, ca }: UpstreamSettings, truncated: () => void): Agent | undefined {
  if (!url.startsWith('https:')) return undefined
  const agent = new Agent({ ca })
  agent.createConnection = (options) => {
    const { host, port } = options as { host: string; port: number }
    const transport = new TlsTransport({ host, port })
    const socket = connect({ ...(options as ConnectionOptions), socket: transport, ALPNProtocols: ['http/1.1'] })
    transport.onTruncated(socket, truncated)
    return socket
  }
  return agent
}

/** As `answerProblem`, of what Node has read. */
function problemOf({ httpVersion, rawHeaders }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return `an answer of HTTP/${httpVersion}`
  return answerProblem(rawHeaders, httpVersion === '1.0')
}

/** What http-proxy reads of a request; nothing of the client's own reaches the upstream. */
function requestFor({ method, target }: Exchange, url: string, headers: string[]): IncomingMessage {
  const all = [...headers, 'Host', new URL(url).host, ...TO_WEBSOCKET]
  return { method, url: target, headers: toObject(all) } as IncomingMessage
}

/** Lower-case names; a value that comes once is a string, as http-proxy expects of `connection` and `upgrade`. */
function toObject(rawHeaders: string[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = Object.create(null)
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
