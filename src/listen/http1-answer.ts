import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AnswerChannel } from '../gateway/exchange.ts'
import { endSocket } from '../net/end-socket.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/** The way to answer over HTTP/1. It notes in the record what was sent, and when. */
export class Http1Answer implements AnswerChannel {
  readonly #response: ServerResponse
  readonly #record: RequestRecord
  readonly #monotonic: () => number
  readonly #always: readonly string[]
  readonly #closed: ((finished: boolean) => void)[] = []
  #abandoned = false

  /** @param always headers of each answer, as raw pairs. */
  constructor(response: ServerResponse, record: RequestRecord, monotonic: () => number, always: readonly string[]) {
    this.#response = response
    this.#record = record
    this.#monotonic = monotonic
    this.#always = always
    response.once('close', () => {
      for (const closed of this.#closed) closed(response.writableFinished)
    })
  }

  get begun(): boolean {
    return this.#response.headersSent
  }

  get closed(): boolean {
    return this.#abandoned || this.#response.destroyed || this.#response.socket?.destroyed === true
  }

  /** Whether it has been given whole, though it may not have left yet. */
  get ended(): boolean {
    return this.#response.writableEnded
  }

  /** Whatever it is given from now on goes nowhere: the client has been told something else, or is being cut off. */
  abandon(): void {
    this.#abandoned = true
  }

  begin(status: number, rawHeaders: string[]): void {
    if (this.#abandoned) return
    this.#record.status = status
    this.#record.firstByteAfter = this.#monotonic() - this.#record.startedMonotonic
    this.#response.writeHead(
      status,
      STATUS_CODES[status],
      this.#always.length > 0 ? [...rawHeaders, ...this.#always] : rawHeaders,
    )
  }

  write(chunk: Uint8Array): boolean {
    if (this.#abandoned) return true
    this.#record.bytesSent += chunk.length
    return this.#response.write(chunk)
  }

  end(chunk?: Uint8Array): void {
    if (this.#abandoned) return
    if (chunk && this.#record.method !== 'HEAD') this.#record.bytesSent += chunk.length
    this.#response.end(chunk)
  }

  cut(): void {
    this.#response.destroy()
  }

  closeConnection(): void {
    this.#response.shouldKeepAlive = false
  }

  onDrain(resume: () => void): void {
    this.#response.once('drain', resume)
  }

  /** The client has caught up, which Node doesn't tell where it has handed its connection over. */
  drained(): void {
    this.#response.emit('drain')
  }

  onClose(closed: (finished: boolean) => void): void {
    this.#closed.push(closed)
  }
}

/** Milliseconds in which a client that was refused an upgrade takes nothing of its answer. */
const SEND_TIMEOUT_MS = 10_000

/** An ordinary response on a connection that Node has handed over for an upgrade; the connection ends with it. */
export function respondOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  // Node has taken its own listener away, and a long answer would stop where the client's buffer is full.
  socket.on('drain', () => response.emit('drain'))
  // The upstream may take its time with the answer, the client may not.
  ;(socket as Socket).setTimeout(SEND_TIMEOUT_MS, () => socket.writableLength > 0 && socket.destroy())
  response.once('finish', () => endSocket(socket))
  return response
}
