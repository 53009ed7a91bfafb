import { GatewayError } from '../../http/gateway-error.ts'
import { TooBusyError } from '../../limits/too-busy-error.ts'
import type { Allowed, Decision } from '../access/access.ts'
import { afterTimeout } from '../after-timeout.ts'
import { asGatewayError } from '../answer-refusal.ts'
import type { Exchange } from '../exchange.ts'
import { CLIENT_LEFT, type Outcome, tooSlow, unreachable } from '../upstreams/outcome.ts'
import { waitForPlace } from '../upstreams/wait-for-place.ts'
import type { Conversation, Verdict } from './conversation.ts'
import type { Passage, RelayRequest } from './relay-request.ts'
import { Talk } from './talk.ts'
import { acceptWebSocket, checkHandshake, connectWebSocket, trustMore, type WebSocket } from './web-sockets.ts'

/** Milliseconds for a client without a header to sign in. */
const SIGN_IN_MS = 10_000

/** They say how the upstream is. */
const OF_UPSTREAM = new Set<string>(['bad_gateway', 'gateway_timeout'])

/**
 * Passes the messages of a WebSocket on, one by one, as a conversation has it. Who is known already is connected to the
 * upstream first; a stranger has nothing there until it is somebody.
 * @returns when the client's connection is over, or nothing could be had.
 * @throws GatewayError upgrade_not_allowed, upstream_busy, upstream_refused_gateway; TooBusyError
 */
export async function relay(exchange: Exchange, request: RelayRequest): Promise<Outcome> {
  checkHandshake(exchange)
  return new Relay(exchange, request).run()
}

class Relay {
  readonly #exchange: Exchange
  readonly #request: RelayRequest
  /** Aborted when the client has gone. */
  readonly #gone = new AbortController()
  #conversation: Conversation
  #talk: Talk | undefined
  #passage: Passage | undefined
  #upstreamStatus: number | undefined
  #deadline: { stop: () => void } | undefined
  #leaveStrangers = () => {}
  #leavePlace = () => {}

  constructor(exchange: Exchange, request: RelayRequest) {
    this.#exchange = exchange
    this.#request = request
    this.#conversation = request.protocol.begin()
    const { socket } = request.upgrade
    socket.once('close', () => this.#gone.abort())
    // While it was decided about.
    if (socket.destroyed) this.#gone.abort()
  }

  async run(): Promise<Outcome> {
    const { allowed } = this.#request
    try {
      return allowed ? await this.#runKnown(allowed) : await this.#runStranger()
    } catch (error) {
      if (this.#gone.signal.aborted) return CLIENT_LEFT
      if (error instanceof GatewayError && OF_UPSTREAM.has(error.code)) return { ...CLIENT_LEFT, error }
      throw error
    } finally {
      this.#deadline?.stop()
      this.#leaveStrangers()
      this.#leavePlace()
    }
  }

  async #runKnown(allowed: Allowed): Promise<Outcome> {
    const { tunnels } = this.#request.upstream
    if (!tunnels.take() && !(await waitForPlace(tunnels, this.#request.upgrade.socket))) return CLIENT_LEFT
    this.#leavePlace = () => tunnels.free()
    if (this.#gone.signal.aborted) return CLIENT_LEFT
    const server = await this.#connect(allowed)
    const client = await this.#accept()
    if (!client) {
      server.terminate()
      return CLIENT_LEFT
    }
    trustMore(client)
    const talk = this.#begin(client)
    this.#attach(talk, server, allowed)
    return this.#untilClosed(talk)
  }

  async #runStranger(): Promise<Outcome> {
    const { protocol, admitStranger } = this.#request
    let isInTheWay = false
    this.#leaveStrangers = admitStranger(() => {
      isInTheWay = true
      this.#talk?.end('others came')
    })
    const greeting = await protocol.greeting()
    if (this.#gone.signal.aborted) return CLIENT_LEFT
    if (isInTheWay) throw new TooBusyError('others came who want to sign in')
    const client = await this.#accept()
    if (!client) return CLIENT_LEFT
    this.#conversation = protocol.begin(greeting)
    const talk = this.#begin(client)
    this.#wait(SIGN_IN_MS, () => talk.end('too slow to sign in'))
    talk.begin(greeting)
    return this.#untilClosed(talk)
  }

  async #accept(): Promise<WebSocket | undefined> {
    const client = await acceptWebSocket(this.#exchange, this.#request.upgrade)
    if (client) this.#request.onAccepted()
    return client
  }

  #begin(client: WebSocket): Talk {
    const { upgrade, upstream, onOpen } = this.#request
    const talk = new Talk(client, this.#conversation, {
      decide: (token) => void this.#decide(talk, client, token),
      refused: (detail) => this.#fail(this.#passage?.refusalOf(401) ?? unreachable(upstream, new Error(detail))),
      upstreamLeft: () => this.#fail(unreachable(upstream, new Error('it hung up before it had let the gateway in'))),
      broke: (error) => this.#fail(error),
      onOpen: () => {
        this.#deadline?.stop()
        onOpen()
      },
    })
    this.#talk = talk
    upgrade.end = (why) => talk.end(why)
    return talk
  }

  #attach(talk: Talk, server: WebSocket, { identity }: Allowed): void {
    const { upstream } = this.#request
    this.#upstreamStatus = 101
    this.#wait(upstream.responseTimeoutMs, () => this.#fail(tooSlow(upstream)))
    if (identity) talk.perform(this.#conversation.connected(identity, (this.#passage as Passage).credentials))
    talk.attach(server)
  }

  async #untilClosed(talk: Talk): Promise<Outcome> {
    await talk.closed
    this.#exchange.record.bytesSent = talk.sent
    const ending = talk.ending ?? 'closed'
    return { ending, upstreamStatus: this.#upstreamStatus, bytesReceived: talk.received }
  }

  /** @throws GatewayError bad_gateway, gateway_timeout, upstream_refused_gateway */
  async #connect(allowed: Allowed): Promise<WebSocket> {
    const { upstream, letIn } = this.#request
    this.#passage = await letIn(allowed)
    const { headers, refusalOf } = this.#passage
    const { target } = this.#exchange
    const answer = await connectWebSocket(upstream, { target, headers, signal: this.#gone.signal })
    if ('socket' in answer) return answer.socket
    const why = new Error(`it answered ${answer.status} to a WebSocket`)
    throw refusalOf(answer.status) ?? unreachable(upstream, why)
  }

  async #decide(talk: Talk, client: WebSocket, token: string): Promise<void> {
    try {
      const decision = await this.#decision(token)
      if (talk.ending !== undefined) return
      if (decision.kind !== 'allow') talk.perform(this.#conversation.decided(this.#refuse(decision)))
      else if (this.#passage) talk.perform(this.#conversation.decided({ kind: 'allowed', identity: decision.identity }))
      else await this.#signIn(talk, client, decision)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Once somebody is signed in, anybody else's token is none. */
  async #decision(token: string): Promise<Decision> {
    const { allowed: before } = this.#exchange
    // A browser has a cookie, and no token of ours to show.
    if (before && before.token === undefined) return before
    const decision = await this.#request.decideToken(token)
    if (decision.kind !== 'allow' || !before) return decision
    const isSame = decision.identity?.user.id === before.identity?.user.id
    if (!isSame)
      return { kind: 'challenge', status: 401, code: 'invalid_token', sentence: OF_ANOTHER, authenticate: '' }
    this.#exchange.allowed = decision
    return decision
  }

  #refuse(decision: Exclude<Decision, Allowed>): Verdict {
    const { code, sentence } =
      decision.kind === 'challenge' ? decision : ({ code: 'invalid_token', sentence: NOT_HERE } as const)
    // For whoever signs in after all it is forgotten.
    if (!this.#exchange.allowed) this.#exchange.record.refusal = { code, detail: sentence }
    return { kind: 'refused', reason: code === 'insufficient_scope' ? 'scope-missing' : 'invalid-token', sentence }
  }

  /** A stranger has become somebody. */
  async #signIn(talk: Talk, client: WebSocket, allowed: Allowed): Promise<void> {
    const { tunnels } = this.#request.upstream
    this.#deadline?.stop()
    this.#leaveStrangers()
    this.#exchange.record.refusal = undefined
    if (!tunnels.take()) await this.#waitForPlace()
    // Whoever has gone has given back all it had.
    if (this.#gone.signal.aborted) return tunnels.free()
    this.#leavePlace = () => tunnels.free()
    const server = await this.#connect(allowed)
    if (talk.ending !== undefined) return server.terminate()
    trustMore(client)
    this.#attach(talk, server, allowed)
  }

  /** @throws GatewayError upstream_busy */
  #waitForPlace(): Promise<void> {
    return new Promise((resolve, reject) => this.#request.upstream.tunnels.wait(resolve, reject))
  }

  /** After the 101 there is no answer but in the words of the conversation. */
  #fail(error: unknown): void {
    const talk = this.#talk
    if (!talk || talk.ending !== undefined) return
    const { code, detail, message } = asGatewayError(error)
    const { upstream } = this.#request
    if (OF_UPSTREAM.has(code)) upstream.reachable = false
    this.#exchange.record.refusal ??= { code, detail }
    // Their link is over, and no fault of the gateway's.
    const isOver = code === 'upstream_refused_person'
    talk.perform(isOver ? this.#conversation.unlinked(message) : this.#conversation.failed(message))
  }

  #wait(milliseconds: number, run: () => void): void {
    this.#deadline?.stop()
    this.#deadline = (this.#request.after ?? afterTimeout)(milliseconds, run)
  }
}

const OF_ANOTHER = 'The access token is of another user than the one who is signed in.'
const NOT_HERE = 'The access token is not accepted here.'
