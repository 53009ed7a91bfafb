import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { RecordedCall } from './command.ts'

/** A request exactly as it arrived. `user` is who its token belongs to; of an upgrade, who signed in by `auth`. */
export class RecordedRequest {
  readonly method: string
  /** The request target, not decoded. */
  readonly url: string
  /** Names and values in turn, spelled as they were sent. */
  readonly rawHeaders: readonly string[]
  readonly upgrade: boolean
  /** The text of the body, empty until all of it has been read. */
  body = ''
  /** The text messages of a WebSocket client, in order. */
  readonly messages: string[] = []
  user: string | undefined

  constructor(req: IncomingMessage, upgrade: boolean) {
    this.method = req.method ?? ''
    this.url = req.url ?? ''
    this.rawHeaders = req.rawHeaders
    this.upgrade = upgrade
  }

  /** Every value of a header, whatever its case; empty if it was not sent. */
  header(name: string): string[] {
    return this.rawHeaders.filter(
      (_, index) => index % 2 === 1 && this.rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase(),
    )
  }
}

/** What the server saw, and a way to wait for it without sleeping. */
export class Observations {
  requests: RecordedRequest[] = []
  requestCount = 0
  calls: RecordedCall[] = []
  fetched: string[] = []
  abortedClients = 0
  readonly sockets = new Set<Socket>()
  readonly #waiting = new Set<() => void>()
  readonly #ended = new WeakSet<Socket>()

  record(req: IncomingMessage, upgrade: boolean): RecordedRequest {
    const request = new RecordedRequest(req, upgrade)
    this.requests.push(request)
    this.requestCount += 1
    this.changed()
    return request
  }

  watch(socket: Socket): void {
    this.sockets.add(socket)
    // A reset by the other side ends that connection only, never the process.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.sockets.delete(socket)
      this.changed()
    })
  }

  /** Ends a connection from this side, so that its client isn't counted as one that left. */
  end(socket: Socket, how: 'close' | 'reset'): void {
    this.#ended.add(socket)
    if (how === 'reset') socket.resetAndDestroy()
    else socket.destroy()
  }

  /** Call when a connection closed although its response was not finished. */
  left(socket: Socket): void {
    if (this.#ended.has(socket)) return
    this.abortedClients += 1
    this.changed()
  }

  changed(): void {
    for (const check of [...this.#waiting]) check()
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        try {
          if (!condition()) return
          resolve()
        } catch (error) {
          reject(error)
        }
        this.#waiting.delete(check)
      }
      this.#waiting.add(check)
      check()
    })
  }
}
