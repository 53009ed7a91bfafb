import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { buildConnector, Client, type Dispatcher, errors } from 'undici'
import { AnswerGuard } from './answer-guard.ts'
import { TlsTransport } from './tls-transport.ts'

export type { Dispatcher }

/** Upstreams close an idle connection themselves, Music Assistant after 75 s: ours have to go sooner. */
const KEEP_ALIVE_MS = 4000
const CONNECT_TIMEOUT_MS = 5000
/** Bytes of all names and values in the head of an answer. */
const HEAD_LIMIT = 16 * 1024

export interface ConnectionSettings {
  url: string
  /** PEM certificates of the only CAs that are trusted; the usual ones where it is undefined. */
  ca?: string
  responseTimeoutMs: number
}

/** @returns what makes a connection to an upstream; it is opened by its first request, and anew when it was closed. */
export function connectionsTo({ url, ca, responseTimeoutMs }: ConnectionSettings): () => Connection {
  // undici reads answers of HTTP/2 without their raw headers. One connector for all, for they share TLS sessions.
  const connector = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false, ca })
  return () => {
    const connection: Connection = new Connection(
      new Client(url, {
        connect(options, callback) {
          const transport = options.protocol === 'https:' ? new TlsTransport(addressOf(options)) : undefined
          // It takes any stream, though its types ask for a socket.
          connector({ ...options, httpSocket: transport as unknown as Socket }, (...[error, socket]) => {
            if (error) return callback(error, null)
            const guard = guarded(socket)
            connection.guard = guard
            transport?.onTruncated(socket as TLSSocket, () => {
              guard.brokenOff = true
            })
            callback(null, socket)
          })
        },
        keepAliveTimeout: KEEP_ALIVE_MS,
        headersTimeout: responseTimeoutMs,
        maxHeaderSize: HEAD_LIMIT,
        // A stream may pause for as long as the music does.
        bodyTimeout: 0,
      }),
    )
    return connection
  }
}

function addressOf({ hostname, port }: buildConnector.Options): { host: string; port: number } {
  return { host: hostname, port: Number(port || 443) }
}

/** Carries one request at a time. */
export class Connection {
  readonly #client: Client
  /** Of the socket that it has now. */
  guard = new AnswerGuard()

  constructor(client: Client) {
    this.#client = client
  }

  send(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(request, handler)
  }

  /** After the request that it carries. */
  close(): Promise<void> {
    return this.#client.close()
  }

  /** Now. */
  destroy(): Promise<void> {
    return this.#client.destroy()
  }
}

/** Has the beginning of each answer looked at on its way to undici, which reads by `read`. */
function guarded(socket: Socket): AnswerGuard {
  const guard = new AnswerGuard()
  const read = socket.read.bind(socket)
  socket.read = (size) => {
    for (;;) {
      const chunk: Buffer | null = read(size)
      if (chunk === null) return null
      try {
        const passed = guard.pass(chunk)
        if (passed.length > 0) return passed
      } catch (error) {
        socket.destroy(error as Error)
        return null
      }
    }
  }
  // Ahead of undici, to which a reset is the end of a body that has neither a length nor chunks.
  socket.on('error', () => {
    guard.brokenOff = true
  })
  return guard
}

/** The pairs as they came; undici has them, though its types don't say so. */
export function rawHeadersOf(controller: Dispatcher.DispatchController): string[] {
  const parts = (controller as unknown as { rawHeaders: Buffer[] }).rawHeaders
  const headers = new Array<string>(parts.length)
  for (let i = 0; i < parts.length; i++) headers[i] = (parts[i] as Buffer).toString('latin1')
  return headers
}

/** Ended by the other side: undici has an error of its own for an end, and leaves a reset as Node tells it. */
export function isLostConnection(error: NodeJS.ErrnoException): boolean {
  return error instanceof errors.SocketError || error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

export function isTooSlow(error: Error): boolean {
  return error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError
}
