import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Account, Accounts, type NewAccount } from './stand-in/accounts.ts'
import { answerHttp, bodyTooLarge, readBody } from './stand-in/answer-http.ts'
import type { House, RecordedCall, Schema } from './stand-in/command.ts'
import { describeServer } from './stand-in/describe-server.ts'
import { Library } from './stand-in/library.ts'
import {
  type Misbehaviour,
  MisbehaviourPlan,
  misbehaveOverHttp,
  misbehaveOverUpgrade,
} from './stand-in/misbehaviour.ts'
import { Observations, type RecordedRequest } from './stand-in/observations.ts'
import { type MusicEvent, type Player, Players } from './stand-in/players.ts'
import { describeToken } from './stand-in/tokens.ts'
import { WebSocketClients } from './stand-in/websocket-clients.ts'

export type { Account, Misbehaviour, MusicEvent, NewAccount, Player, RecordedCall, RecordedRequest, Schema, TokenRow }

type TokenRow = ReturnType<typeof describeToken>

export interface MusicAssistantOptions {
  /** What it is: 29, which is 2.8 and asks for roles, or 77, the default, which is 2.10 and asks for scopes. */
  schema?: Schema
  /** In the library, and in each playlist: 501 by default, one more than a frame holds. */
  tracks?: number
  /** Names of commands that a newer server might have. They do nothing. */
  moreCommands?: string[]
  /** 0, the default, takes any free port. */
  port?: number
  /** Default: `admin` (admin), `anna` (user) and `visitor` (guest), with random passwords. */
  users?: NewAccount[]
  /** Milliseconds between pings on `/ws`, 25,000 ([29] 30,000) by default; who doesn't answer is dropped at the next. */
  pingInterval?: number
  /** Milliseconds between the bytes of a `trickle`, 20 by default. */
  trickleInterval?: number
  /** The clock by which tokens expire. */
  now?: () => Date
}

export interface MusicAssistant {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** With their passwords. */
  readonly users: readonly Account[]
  readonly players: readonly Player[]
  /** Makes a long-lived token, or for a guest, who can hold none [77], another. @throws Error for an unknown user */
  createToken(username: string, name?: string): string
  /** The tokens of a user, as `auth/tokens` lists them. @throws Error for an unknown user */
  tokensOf(username: string): TokenRow[]
  /** Ends a token and drops the WebSockets that signed in with it. */
  revokeToken(token: string): void
  /** Commands that were run, in order, until requests are cleared. */
  readonly calls: readonly RecordedCall[]
  /** Addresses that the server would have fetched. */
  readonly fetched: readonly string[]
  /** Makes another version of it, while it runs. */
  update(version: { schema?: Schema; moreCommands?: string[] }): void
  /** Sends an event to every signed-in WebSocket. */
  publish(event: MusicEvent): void
  /** Requests and upgrades in order of arrival, until cleared. */
  readonly requests: readonly RecordedRequest[]
  readonly lastRequest: RecordedRequest | undefined
  /** Requests and upgrades since the start; clearing doesn't reset it. */
  readonly requestCount: number
  clearRequests(): void
  /** Treats every request so until told otherwise, or only the next `times`; `undefined` makes it behave again. */
  misbehave(kind: Misbehaviour | undefined, limit?: { times: number }): void
  /** Clients that left before their response was finished. */
  readonly abortedClients: number
  /** Open TCP connections, those of WebSockets included. */
  readonly openSockets: number
  readonly openWebSockets: number
  /** Resolves as soon as the condition holds; it is looked at whenever something above changes. */
  until(condition: () => boolean): Promise<void>
  /** Resets every connection, as a crash would; the server goes on listening. */
  dropConnections(): void
  /** Stops listening and ends every connection. */
  close(): Promise<void>
}

const defaultUsers: NewAccount[] = [
  { username: 'admin', displayName: 'Administrator', role: 'admin' },
  { username: 'anna', displayName: 'Anna', role: 'user' },
  { username: 'visitor', displayName: 'Visitor', role: 'guest' },
]

/** Starts a stand-in for port 8095 of Music Assistant on 127.0.0.1. */
export async function startMusicAssistant(options: MusicAssistantOptions = {}): Promise<MusicAssistant> {
  const { port = 0, users = defaultUsers, schema = 77, moreCommands = [], trickleInterval = 20 } = options
  const { pingInterval = schema === 29 ? 30_000 : 25_000 } = options
  const seen = new Observations()
  const plan = new MisbehaviourPlan()
  const serverId = randomBytes(16).toString('hex')
  const library = new Library(options.tracks)
  const house: House = {
    schema,
    moreCommands,
    accounts: new Accounts(users, options.now ?? (() => new Date())),
    library,
    players: new Players([...library.items('track', { limit: 24 })], (event) => clients.publish(event)),
    history: new Map(),
    info: () => describeServer(serverId, url, house.schema),
    revoke: (tokenId) => {
      house.accounts.tokens.forget(tokenId)
      clients.dropToken(tokenId)
    },
    fetch: (address) => seen.fetched.push(address),
    onCall: (call) => seen.calls.push(call),
  }
  const findAccount = (username: string) => {
    const account = house.accounts.named(username)
    if (!account) throw new Error(`no user ${username}`)
    return account
  }
  const clients = new WebSocketClients(house, seen, pingInterval)

  const server = createServer({ keepAliveTimeout: 75_000, shouldUpgradeCallback: isWebSocketUpgrade })
  server.on('connection', (socket) => seen.watch(socket))
  server.on('request', (req, res) => void handleRequest(req, res))
  server.on('upgrade', (req, socket, head) => handleUpgrade(req, socket as Socket, head))

  async function handleRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const record = seen.record(req, false)
    const misbehaviour = plan.take()
    const socket = req.socket
    res.on('close', () => {
      if (!res.writableFinished) seen.left(socket)
    })
    if (misbehaviour === 'reset') return seen.end(socket, 'reset')
    record.user = house.accounts.useBearer(req.headers.authorization)?.account.username
    try {
      const body = await readBody(req)
      record.body = body ?? ''
      seen.changed()
      if (misbehaveOverHttp(misbehaviour, res, { seen, trickleInterval })) return
      const answer = body === undefined ? bodyTooLarge : answerHttp({ req, body, house, misbehaviour })
      res.writeHead(answer.status, answer.headers).end(answer.body)
    } catch (error) {
      // A client that leaves during its upload is counted above; everything else is a fault of this file.
      if (!req.destroyed || req.complete) throw error
    }
  }

  function handleUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const record = seen.record(req, true)
    const misbehaviour = plan.take()
    const accept = () => clients.handshake(req, socket, head, () => {})
    if (misbehaveOverUpgrade(misbehaviour, socket, accept, { seen, trickleInterval })) return
    clients.handshake(req, socket, head, (client) => clients.greet(client, record, misbehaviour))
  }

  const dropConnections = (how: 'close' | 'reset') => {
    for (const socket of seen.sockets) seen.end(socket, how)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const actualPort = (server.address() as AddressInfo).port
  const url = `http://127.0.0.1:${actualPort}`
  let closed: Promise<void> | undefined

  return {
    url,
    port: actualPort,
    users: house.accounts.all,
    players: house.players.all,
    createToken(username, name = 'Stand-in') {
      const account = findAccount(username)
      const { tokens } = house.accounts
      return tokens.create(account, name, account.role !== 'guest' || house.schema === 29, house.schema)
    },
    tokensOf: (username) => house.accounts.tokens.of(findAccount(username)).map(describeToken),
    revokeToken(token) {
      const row = house.accounts.tokens.find(token)
      if (row) house.revoke(row.tokenId)
    },
    get calls() {
      return seen.calls
    },
    get fetched() {
      return seen.fetched
    },
    update: (version) => Object.assign(house, version),
    publish: (event) => clients.publish(event),
    get requests() {
      return seen.requests
    },
    get lastRequest() {
      return seen.requests.at(-1)
    },
    get requestCount() {
      return seen.requestCount
    },
    clearRequests() {
      seen.requests = []
      seen.calls = []
      seen.fetched = []
    },
    misbehave: (kind, { times } = { times: Number.POSITIVE_INFINITY }) => plan.set(kind, times),
    get abortedClients() {
      return seen.abortedClients
    },
    get openSockets() {
      return seen.sockets.size
    },
    get openWebSockets() {
      return clients.size
    },
    until: (condition) => seen.until(condition),
    dropConnections: () => dropConnections('reset'),
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve())
        dropConnections('close')
      })
      return closed
    },
  }
}

/** Music Assistant ignores every other `Upgrade` and answers the request as if it had none. */
function isWebSocketUpgrade(req: IncomingMessage): boolean {
  const isWebSocket = req.headers.upgrade?.toLowerCase() === 'websocket'
  return isWebSocket && req.method === 'GET' && req.url?.split('?', 1)[0] === '/ws'
}
