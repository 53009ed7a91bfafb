import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ExecutionContext } from 'ava'
import { WebSocket } from 'ws'
import type { Decision } from '../../src/gateway/access/access.ts'
import type { After } from '../../src/gateway/after-timeout.ts'
import type { Exchange } from '../../src/gateway/exchange.ts'
import { relay } from '../../src/gateway/relay/relay.ts'
import type { RelayRequest } from '../../src/gateway/relay/relay-request.ts'
import type { Outcome } from '../../src/gateway/upstreams/outcome.ts'
import { openUpstream } from '../../src/gateway/upstreams/upstream.ts'
import { beginConversation } from '../../src/music-assistant/conversation.ts'
import { noteExchange } from './exchange.ts'
import { INFO } from './message-server.ts'
import type { Json } from './music-client.ts'

const IDENTITY = { user: { id: 'id-of-ada', name: 'ada', displayName: 'Ada' }, scopes: ['music.control'], by: 'bearer' }
export const ALLOWED = { kind: 'allow', identity: IDENTITY, token: {} } as unknown as Extract<
  Decision,
  { kind: 'allow' }
>

/** Timers that only the test runs out. */
export function heldTimers(): { after: After; pending: Map<() => void, number> } {
  const pending = new Map<() => void, number>()
  return {
    pending,
    after(milliseconds, run) {
      pending.set(run, milliseconds)
      return { stop: () => pending.delete(run) }
    },
  }
}

/** A relay by itself, on a server without TLS; what became of each WebSocket is in `outcomes`. */
export async function startRelay(
  t: ExecutionContext,
  url: string,
  change: Partial<RelayRequest> = {},
  onUpgrade: (socket: Duplex, begin: () => void) => void = (_, begin) => begin(),
) {
  const upstream = openUpstream({ name: 'music', url, connections: 1, responseTimeoutMs: 60_000, ...change.upstream })
  const outcomes: Promise<Outcome>[] = []
  const exchanges: Exchange[] = []
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    onUpgrade(socket, () => begin(request, socket, head))
  })
  function begin(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { rawHeaders, url: target } = request
    const { exchange: noted } = noteExchange({ target, rawHeaders })
    const upgrade = { protocol: 'websocket', socket, head }
    const exchange = { ...noted, headers: request.headers, upgrade }
    exchanges.push(exchange)
    const outcome = relay(exchange, {
      allowed: undefined,
      protocol: {
        paths: /^/,
        greeting: async () => JSON.stringify(INFO),
        begin: (greeting) => beginConversation(() => undefined, greeting),
      },
      decideToken: () => ALLOWED,
      async letIn(allowed) {
        exchange.allowed = allowed
        return { headers: [], credentials: 'Bearer theirs', refusalOf: () => undefined }
      },
      admitStranger: () => () => {},
      onAccepted() {},
      onOpen() {},
      ...change,
      upgrade,
      upstream,
    })
    outcome.catch(() => socket.destroy())
    outcomes.push(outcome)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    return upstream.destroy()
  })

  async function open() {
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`)
    t.teardown(() => socket.terminate())
    const said: Json[] = []
    socket.on('error', () => {})
    socket.on('message', (data) => said.push(JSON.parse(String(data))))
    const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }))
    await once(socket, 'open')
    return {
      socket,
      closed,
      said,
      signIn: () => socket.send(JSON.stringify({ message_id: 'a', command: 'auth', args: { token: 'ours' } })),
      async until(count: number) {
        while (said.length < count) await once(socket, 'message')
      },
    }
  }
  return { open, port: (server.address() as AddressInfo).port, outcomes, exchanges, upstream }
}
