import type { ClientRequest, IncomingMessage } from 'node:http'
import type { ConnectionOptions } from 'node:tls'
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws'
import { GatewayError } from '../../http/gateway-error.ts'
import type { Exchange, UpgradeRequest } from '../exchange.ts'
import { tooSlow, unreachable } from '../upstreams/outcome.ts'
import { upgradeProblem } from '../upstreams/upgrade-problem.ts'
import type { UpstreamSettings } from '../upstreams/upstream.ts'

export type { WebSocket }

/** Bytes of a message, inflated: of a client that nobody knows yet, of one that has signed in, of an upstream. */
const STRANGER_LIMIT = 4 * 1024
const CLIENT_LIMIT = 16 * 1024 * 1024
const UPSTREAM_LIMIT = 64 * 1024 * 1024
/** A message comes in at most so many pieces. */
const FRAGMENTS_LIMIT = 4096
/** Milliseconds for the other side to answer a Close frame. */
const CLOSE_TIMEOUT_MS = 5000

/** Some 40 KB a connection, where zlib's own choice takes 300. Nothing of one message helps to compress the next. */
const COMPRESSION = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 11,
  threshold: 4096,
  zlibDeflateOptions: { level: 3, memLevel: 5, chunkSize: 8192 },
  zlibInflateOptions: { chunkSize: 2048 },
}

const SHARED = { autoPong: false, closeTimeout: CLOSE_TIMEOUT_MS, maxFragments: FRAGMENTS_LIMIT }

/** Of clients that leave the size of their window to the server, and of those that don't. */
const ACCEPTORS = [openAcceptor({ ...COMPRESSION, clientMaxWindowBits: 11 }), openAcceptor(COMPRESSION)] as const

function openAcceptor(perMessageDeflate: PerMessageDeflateOptions): WebSocketServer {
  return new WebSocketServer({
    ...SHARED,
    noServer: true,
    clientTracking: false,
    maxPayload: STRANGER_LIMIT,
    perMessageDeflate,
    // The server behind has none, and would leave the choice open as well.
    handleProtocols: () => false,
  })
}

/**
 * Whether a WebSocket can be made of a request; to be asked before anything is done for it.
 * @throws GatewayError upgrade_not_allowed @see RFC 6455 section 4.2.1
 */
export function checkHandshake({ headers }: Exchange): void {
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''))
    throw new GatewayError('upgrade_not_allowed', 'a Sec-WebSocket-Key that is none')
  if (headers['sec-websocket-version'] === '13') return
  throw new GatewayError('upgrade_not_allowed', 'another Sec-WebSocket-Version', { 'Sec-WebSocket-Version': '13' })
}

/**
 * Answers 101. What it sends may be small until `trustMore`.
 * @returns undefined when the client has left. @throws GatewayError upgrade_not_allowed for an offer that can't be read
 */
export function acceptWebSocket(exchange: Exchange, { socket, head }: UpgradeRequest): Promise<WebSocket | undefined> {
  const { method, headers } = exchange
  const offer = headers['sec-websocket-extensions'] ?? ''
  const acceptor = ACCEPTORS[offer.includes('client_max_window_bits') ? 0 : 1]
  const request = { method, headers, socket } as unknown as IncomingMessage
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket | undefined>()
  const left = () => resolve(undefined)
  // Its end was told before anybody listened, and is told once.
  if (socket.destroyed) left()
  const refuse = (error: Error, _: unknown, refused: IncomingMessage) => {
    if (refused === request) reject(new GatewayError('upgrade_not_allowed', error.message))
  }
  socket.once('close', left)
  // Otherwise it would answer by itself, and nobody knew.
  acceptor.on('wsClientError', refuse)
  acceptor.handleUpgrade(request, socket, head, (accepted) => {
    // Nobody listens yet.
    accepted.pause()
    resolve(accepted)
  })
  acceptor.off('wsClientError', refuse)
  return promise.finally(() => socket.off('close', left))
}

/**
 * Its client has signed in. `ws` has no way to say so: both of its readers look at their own field each time, and where
 * they come to look elsewhere, large messages are refused, which a test would tell.
 */
export function trustMore(socket: WebSocket): void {
  const { _receiver, _extensions } = socket as unknown as {
    _receiver: { _maxPayload: number }
    _extensions: Record<string, { _maxPayload: number }>
  }
  for (const reader of [_receiver, ...Object.values(_extensions)]) reader._maxPayload = CLIENT_LIMIT
}

/**
 * Connects to the upstream, without compression: it is next door. A WebSocket says where its messages end, so that nobody
 * on the way can end one by a FIN, as with the bodies of HTTP.
 * @param headers raw pairs. @throws GatewayError bad_gateway, gateway_timeout
 */
export function connectWebSocket(
  upstream: UpstreamSettings,
  { target, headers, signal }: { target: string; headers: string[]; signal: AbortSignal },
): Promise<{ socket: WebSocket } | { status: number }> {
  const { url, ca, responseTimeoutMs } = upstream
  const { promise, resolve, reject } = Promise.withResolvers<{ socket: WebSocket } | { status: number }>()
  const tls: ConnectionOptions = { ca, ALPNProtocols: ['http/1.1'] }
  const socket = new WebSocket(url.replace(/^http/, 'ws'), {
    ...SHARED,
    ...tls,
    maxPayload: UPSTREAM_LIMIT,
    perMessageDeflate: false,
    headers: toObject(headers),
    finishRequest(request: ClientRequest) {
      // As it came, byte for byte.
      request.path = target
      request.end()
    },
  })
  // Not `handshakeTimeout`, which each byte and each informational answer would begin anew.
  const deadline = setTimeout(() => {
    reject(tooSlow(upstream))
    socket.terminate()
  }, responseTimeoutMs)
  socket.on('upgrade', (response) => {
    const problem = upgradeProblem(response, undefined)
    if (problem === undefined) return
    reject(unreachable(upstream, new Error(problem)))
    socket.terminate()
  })
  socket.on('unexpected-response', (request, { statusCode = 0 }) => {
    resolve({ status: statusCode })
    request.destroy()
    socket.terminate()
  })
  socket.once('open', () => {
    // It greets at once, and nobody listens yet.
    socket.pause()
    resolve({ socket })
  })
  socket.on('error', (error) => reject(unreachable(upstream, error)))
  const abort = () => socket.terminate()
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  return promise.finally(() => {
    clearTimeout(deadline)
    signal.removeEventListener('abort', abort)
  })
}

/** The handshake's own headers are each side's. */
function toObject(rawHeaders: string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    if (name.startsWith('sec-websocket-')) continue
    const before = headers[name]
    headers[name] = before === undefined ? (rawHeaders[i + 1] as string) : [before, rawHeaders[i + 1] as string].flat()
  }
  return headers
}
