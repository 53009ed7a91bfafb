import type { Ending } from '../../telemetry/request-record.ts'
import { CLOSE_CODES, isPassedOn } from './close-codes.ts'
import type { Closing, Conversation, Effect } from './conversation.ts'
import type { WebSocket } from './web-sockets.ts'

/** Bytes that wait for one side; past them nothing more is read of what would be sent to it. */
const BACKLOG_LIMIT = 256 * 1024
/** Messages of the client's that wait for an answer about one before; it is not read meanwhile. */
const HELD_LIMIT = 256
/** Pings in a row without any sign of the client. */
const SILENT_PINGS = 2

const ENDINGS: Partial<Record<Closing, Ending>> = {
  'access ended': 'access ended',
  stopped: 'stopped',
  'too slow to sign in': 'timed out',
  'upstream broke off': 'upstream broke off',
}

/** What a conversation asks of its surroundings. */
export interface TalkTools {
  decide: (token: string) => void
  /** The upstream doesn't let the gateway in. */
  refused: (detail: string) => void
  /** The upstream hung up before it had let the gateway in. */
  upstreamLeft: () => void
  /** Something threw that nothing should throw. */
  broke: (error: unknown) => void
  /** The gateway has been let in. */
  onOpen: () => void
}

/** The two WebSockets of a conversation: it carries messages, and holds back whoever the other side can't follow. */
export class Talk {
  /** Bytes of the messages that came from the client, and of those that went to it. */
  received = 0
  sent = 0
  ending: Ending | undefined
  /** Resolves when the client's connection is over. */
  readonly closed: Promise<void>
  readonly #client: WebSocket
  readonly #conversation: Conversation
  readonly #tools: TalkTools
  readonly #held: string[] = []
  #server: WebSocket | undefined
  readonly #resolveClosed: () => void
  #silentPings = 0
  /** Something has gone out: there may be room for more. */
  readonly #goOn = () => this.#holdBack()

  constructor(client: WebSocket, conversation: Conversation, tools: TalkTools) {
    this.#client = client
    this.#conversation = conversation
    this.#tools = tools
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#resolveClosed = resolve
    client.on('message', (data, isBinary) => this.#fromClient(data as Buffer, isBinary))
    client.on('ping', (data) => {
      this.#silentPings = 0
      // The answer is the server's own, so that a client sees where that is gone.
      if (this.#server) this.#server.ping(data, undefined, this.#goOn)
      else client.pong(data, undefined, this.#goOn)
      this.#holdBack()
    })
    client.on('pong', () => {
      this.#silentPings = 0
    })
    // `ws` has told the client what it did wrong, and closes.
    client.on('error', () => {
      this.ending ??= 'refused'
    })
    client.on('close', (code) => this.#clientLeft(code))
  }

  /** What is said first, before anything is read. */
  begin(greeting: string): void {
    this.#send(this.#client, greeting)
    this.#holdBack()
  }

  /** The other side is there. */
  attach(server: WebSocket): void {
    this.#server = server
    server.on('message', (data, isBinary) => this.#fromServer(data as Buffer, isBinary))
    server.on('ping', (data) => {
      // At once: no slow client is to cost the gateway its connection. One that asks and never listens gets no more.
      if (server.bufferedAmount <= BACKLOG_LIMIT) server.pong(data)
      this.#passPing(data)
    })
    server.on('pong', (data) => {
      this.#client.pong(data, undefined, this.#goOn)
      this.#holdBack()
    })
    server.on('error', () => {})
    server.on('close', (code, reason) => this.#serverLeft(code, reason))
    this.#holdBack()
  }

  perform(effects: Effect[]): void {
    for (const effect of effects) {
      if (this.ending !== undefined) return
      if (effect.kind === 'decide') this.#tools.decide(effect.token)
      else if (effect.kind === 'refused by upstream') this.#tools.refused(effect.detail)
      else if (effect.kind === 'close') this.end(effect.why)
      else if (effect.whom === 'client') this.#send(this.#client, effect.message)
      else if (this.#server) this.#send(this.#server, effect.message)
    }
    this.#takeHeld()
    this.#holdBack()
  }

  end(why: Closing): void {
    if (this.ending !== undefined) return
    this.ending = ENDINGS[why] ?? 'refused'
    const { code, reason } = CLOSE_CODES[why]
    this.#hangUp(() => this.#client.close(code, reason))
    this.#server?.close(1000)
  }

  #fromClient(data: Buffer, isBinary: boolean): void {
    this.#silentPings = 0
    this.received += data.length
    // Music Assistant passes over these as well.
    if (this.ending !== undefined || isBinary) return
    const text = data.toString('utf8')
    if (!this.#conversation.busy && this.#held.length === 0) this.#hear(text)
    else if (this.#held.push(text) > HELD_LIMIT) this.end('too many tries')
  }

  #hear(text: string): void {
    try {
      this.perform(this.#conversation.fromClient(text))
    } catch (error) {
      this.#tools.broke(error)
    }
  }

  #takeHeld(): void {
    while (this.#held.length > 0 && !this.#conversation.busy && this.ending === undefined)
      this.#hear(this.#held.shift() as string)
  }

  #fromServer(data: Buffer, isBinary: boolean): void {
    if (this.ending !== undefined) return
    if (!this.#conversation.listens) {
      this.#send(this.#client, data, isBinary)
      this.#holdBack()
      return
    }
    if (isBinary) return
    try {
      this.perform(this.#conversation.fromUpstream(data.toString('utf8')))
    } catch (error) {
      this.#tools.broke(error)
    }
    if (!this.#conversation.listens && this.ending === undefined) this.#tools.onOpen()
  }

  #send(socket: WebSocket, message: string | Buffer, binary = false): void {
    if (socket === this.#client) this.sent += Buffer.byteLength(message)
    socket.send(message, { binary }, this.#goOn)
  }

  /** A client that takes nothing stops both sides, an upstream that takes nothing the client. */
  #holdBack(): void {
    if (this.ending !== undefined) return
    const isClientFull = this.#client.bufferedAmount > BACKLOG_LIMIT
    const isServerFull = this.#server !== undefined && this.#server.bufferedAmount > BACKLOG_LIMIT
    setPaused(this.#client, isClientFull || isServerFull || this.#conversation.busy)
    if (this.#server) setPaused(this.#server, isClientFull)
  }

  /** It keeps the way to the client open, and shows whether anybody is there. */
  #passPing(data: Buffer): void {
    const client = this.#client
    if (this.ending !== undefined) return
    if (this.#silentPings >= SILENT_PINGS && client.bufferedAmount === 0 && !client.isPaused) {
      this.ending = 'client left'
      client.terminate()
      return
    }
    this.#silentPings++
    client.ping(data, undefined, this.#goOn)
    this.#holdBack()
  }

  #clientLeft(code: number): void {
    this.ending ??= 'closed'
    this.#server?.resume()
    this.#server?.close(isPassedOn(code) ? code : 1001)
    this.#resolveClosed()
  }

  #serverLeft(code: number, reason: Buffer): void {
    if (this.ending !== undefined) return
    if (this.#conversation.listens) this.#tools.upstreamLeft()
    else if (code === 1006) this.end('upstream broke off')
    else {
      this.ending = 'closed'
      this.#hangUp(() => (isPassedOn(code) ? this.#client.close(code, reason) : this.#client.close()))
    }
  }

  /** Who is closing has to be read, or its end is never seen. */
  #hangUp(close: () => void): void {
    close()
    this.#client.resume()
    this.#server?.resume()
  }
}

function setPaused(socket: WebSocket, isPaused: boolean): void {
  if (socket.isPaused === isPaused) return
  if (isPaused) socket.pause()
  else socket.resume()
}
