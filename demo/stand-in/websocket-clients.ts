import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { describeAccount } from './accounts.ts'
import { type House, runCommand } from './command.ts'
import { CommandError, type CommandMessage, errorCodes, parseCommandMessage } from './command-message.ts'
import { findCommand, isGenerator } from './commands.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import type { Observations, RecordedRequest } from './observations.ts'
import type { MusicEvent } from './players.ts'
import type { Token } from './tokens.ts'

const frameItems = 500

interface Client {
  socket: WebSocket
  record: RecordedRequest
  token: Token | undefined
}

/** The clients of `/ws`, and the protocol that they speak. */
export class WebSocketClients {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024, perMessageDeflate: true })
  readonly #clients = new Set<Client>()
  readonly #house: House
  readonly #seen: Observations
  readonly #pingInterval: number

  /** @param pingInterval milliseconds */
  constructor(house: House, seen: Observations, pingInterval: number) {
    this.#house = house
    this.#seen = seen
    this.#pingInterval = pingInterval
  }

  get size(): number {
    return this.#clients.size
  }

  /** Completes the handshake only. */
  handshake(req: IncomingMessage, socket: Socket, head: Buffer, accepted: (socket: WebSocket) => void): void {
    this.#server.handleUpgrade(req, socket, head, (client) => {
      client.on('error', () => {})
      accepted(client)
    })
  }

  /** The server speaks first. */
  greet(socket: WebSocket, record: RecordedRequest, misbehaviour: Misbehaviour | undefined): void {
    const client: Client = { socket, record, token: undefined }
    this.#clients.add(client)
    this.#keepAlive(socket)
    socket.on('close', () => {
      this.#clients.delete(client)
      this.#seen.changed()
    })
    socket.on('message', (data, isBinary) => this.#receive(client, data, isBinary))
    send(client, this.#house.info())
    if (misbehaviour === 'setup-required') {
      send(client, { message_id: 'connection', error_code: 503, details: 'Setup required' })
      socket.close(1000)
    }
    this.#seen.changed()
  }

  publish(event: MusicEvent): void {
    for (const client of this.#clients) if (client.token) send(client, event)
  }

  dropToken(tokenId: string): void {
    for (const { socket, token } of this.#clients) if (token?.tokenId === tokenId) socket.terminate()
  }

  #keepAlive(socket: WebSocket): void {
    let answered = true
    socket.on('pong', () => {
      answered = true
    })
    const timer = setInterval(() => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
    }, this.#pingInterval)
    socket.on('close', () => clearInterval(timer))
  }

  #receive(client: Client, data: RawData, isBinary: boolean): void {
    if (isBinary) return
    const text = data.toString()
    client.record.messages.push(text)
    const message = readMessage(text)
    if (!message) client.socket.close(1000)
    else for (const answer of this.#answer(client, message)) send(client, { message_id: message.messageId, ...answer })
    this.#seen.changed()
  }

  #answer(client: Client, message: CommandMessage): Iterable<object> {
    return message.command === 'auth' ? [this.#authenticate(client, message)] : this.#run(client, message)
  }

  #authenticate(client: Client, { args }: CommandMessage): object {
    const text = args.token || args.access_token
    if (!text) return failure(errorCodes.authenticationRequired, 'token required in args')
    const token = this.#house.accounts.tokens.use(text)
    if (!token) return failure(errorCodes.invalidToken, 'Invalid or expired token')
    client.token = token
    client.record.user = token.account.username
    return success({ authenticated: true, user: describeAccount(token.account) })
  }

  *#run(client: Client, { command: name, args }: CommandMessage): Generator<object> {
    const command = findCommand(this.#house, name)
    if (!command) return yield failure(errorCodes.unknownCommand, `Invalid command: ${name}`)
    try {
      const result = runCommand(name, command, { house: this.#house, token: client.token, over: 'ws' }, args)
      if (isGenerator(result)) yield* frames(result)
      else yield success(result)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      const hidden = this.#house.schema === 29 && error.code === errorCodes.invalidData
      yield failure(hidden ? errorCodes.other : error.code, error.message)
    }
  }
}

/** @returns undefined for what makes Music Assistant hang up: no JSON, or no command message with an id */
function readMessage(text: string): CommandMessage | undefined {
  try {
    const message = parseCommandMessage(text)
    return message.messageId === undefined ? undefined : message
  } catch {
    return undefined
  }
}

/** Every full frame is partial, so that 500 items are a partial frame and an empty last one. */
function* frames(items: Iterable<unknown>): Generator<object> {
  let frame: unknown[] = []
  for (const item of items) {
    frame.push(item)
    if (frame.length < frameItems) continue
    yield success(frame, true)
    frame = []
  }
  yield success(frame)
}

function success(result: unknown, partial = false): object {
  return { result: result ?? null, partial }
}

function failure(code: number, details: string): object {
  return { error_code: code, details }
}

function send({ socket }: Client, message: object): void {
  socket.send(JSON.stringify(message), () => {})
}
