import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes that are kept of what came before its turn; with more, the connection isn't read until there are fewer. */
const WAITING_LIMIT = 16 * 1024

/** Milliseconds without an answer, after which it is read again, and what waits is given up: nobody saw its client leave. */
const HELD_BACK_MS = 5000

/** Makes the parser stop behind the headers of a request, with an error whose code is `HPE_PAUSED`. */
const PAUSE = 21

/** Node's parser of a connection, whose types don't tell of it, as far as it has to wait. */
interface Parser {
  /** Of each request whose headers are read. @returns what the parser is to do next. */
  onIncoming: (request: IncomingMessage & { upgrade?: boolean }, keepAlive: boolean) => number
  resume: () => void
}

/** What Node says of a packet that its parser couldn't read on. */
export interface ParseError extends NodeJS.ErrnoException {
  rawPacket?: Buffer
  /** How much of the packet was read. */
  bytesParsed?: number
}

/**
 * The turns of the requests of a connection: the next one is read when the answer to the one before has been sent, however
 * many of them a client sends at once. Where a connection has been told to close, nothing more of it is read.
 * @see RFC 9112 section 9.3.2
 */
export class Turns {
  readonly #socket: Socket
  #pausesParser = false
  #isTaken = false
  /** Takes up what has come next. */
  #next: (() => void) | undefined
  #unread: Buffer[] = []
  #unreadLength = 0
  #heldBack: NodeJS.Timeout | undefined
  #isGivenUp = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** A request has come whose turn it is. */
  begin(): void {
    this.#isTaken = true
    if (this.#pausesParser) return
    this.#pausesParser = true
    const { parser } = this.#socket as { parser?: Partial<Parser> | null }
    // There is none any more where it is an upgrade that begins.
    if (parser?.onIncoming && parser.resume) this.#pauseBetweenRequests(parser as Parser)
  }

  #pauseBetweenRequests(parser: Parser): void {
    const take = parser.onIncoming
    parser.onIncoming = (request, keepAlive) => {
      // After an upgrade the parser reads no further anyway.
      if (request.upgrade || (!this.#isTaken && this.#socket.writable)) return take(request, keepAlive)
      this.#next = () => {
        const unread = this.#takeUnread()
        parser.resume()
        take(request, keepAlive)
        // Even if it is empty: only now the parser gets to the end of a request without a body.
        this.#socket.emit('data', unread)
      }
      return PAUSE
    }
  }

  /** Its answer has been sent. */
  end(): void {
    this.#isTaken = false
    const next = this.#next
    if (!next) return
    this.#next = undefined
    if (this.#socket.writable) next()
    if (!this.#heldBack) return
    clearTimeout(this.#heldBack)
    this.#heldBack = undefined
    if (this.#unreadLength > WAITING_LIMIT) this.#holdBack()
    else this.#socket.resume()
  }

  /** Whether a request isn't answered yet. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /** For the end of the turn that is taken. Only what comes first waits; nothing else was read in its right place. */
  wait(takeUp: () => void): void {
    this.#next ??= takeUp
  }

  /** @returns whether this is no mistake of the client's, but a request whose turn hasn't come. */
  keep({ code, rawPacket, bytesParsed }: ParseError): boolean {
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return this.#next !== undefined
    if (code !== 'HPE_PAUSED' || !rawPacket) return false
    if (this.#isGivenUp) return true
    if (!this.#socket.writable) {
      this.#socket.pause()
      return true
    }
    // What comes after the packet that it was paused in hasn't been read at all.
    const unread = this.#unread.length === 0 ? rawPacket.subarray(bytesParsed) : rawPacket
    this.#unread.push(unread)
    this.#unreadLength += unread.length
    if (this.#unreadLength > WAITING_LIMIT && !this.#heldBack) this.#holdBack()
    return true
  }

  #holdBack(): void {
    this.#socket.pause()
    this.#heldBack = setTimeout(() => this.#giveUp(), HELD_BACK_MS).unref()
  }

  /** Whoever still waits for an answer after the next one has to send the request again, on another connection. */
  #giveUp(): void {
    this.#isGivenUp = true
    this.#takeUnread()
    this.#next = () => this.#socket.destroySoon()
    this.#socket.resume()
  }

  #takeUnread(): Buffer {
    const [first = Buffer.alloc(0), ...more] = this.#unread
    this.#unread = []
    this.#unreadLength = 0
    return more.length === 0 ? first : Buffer.concat([first, ...more])
  }
}
