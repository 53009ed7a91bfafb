import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Address } from '../config/schema.ts'
import type { Exchange } from '../gateway/exchange.ts'
import type { ConnectionCut } from '../telemetry/connection-cuts.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { type ConnectionTools, followConnections } from './connections.ts'
import { type GuardTools, guardConnections } from './guard-connections.ts'
import { refuseMalformed } from './refuse-malformed.ts'

/** Nobody who means well is slower than these with the beginning of a request. */
export const SERVER_LIMITS = {
  /** Milliseconds, as the next three. */
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  /** For a whole request with its body. */
  requestTimeout: 300_000,
  keepAliveTimeout: 30_000,
  /** No limit: `maxHeadersCount` drops what it doesn't count, so `refuseAmbiguous` counts. */
  maxHeadersCount: 0,
  maxHeaderSize: 16 * 1024,
  /** Node's own refusal would be followed by whatever comes in the same packet; `refuseAmbiguous` looks. */
  requireHostHeader: false,
  insecureHTTPParser: false,
}

export interface Listener {
  /** Where it really listens, as `host:port`. */
  address: string
  port: number
  /** What is under way on its connections. */
  exchanges: () => Iterable<Exchange>
  connections: () => number
  /** Cuts off who has nothing under way. */
  cutIdle: (why: ConnectionCut) => void
  /** Gives its address free; what is open goes on. */
  pause: () => void
  /** Accepts again where it did. @throws Error of Node's, when somebody else listens there now. */
  resume: () => Promise<void>
  /** Stops accepting, waits for what is in flight, at most `timeoutMs`, then cuts what is left. */
  close: (timeoutMs: number) => Promise<void>
}

export interface ListenTools extends ConnectionTools {
  /** Without it anybody may take all that there is. */
  guard?: GuardTools
}

/** Makes every request of a server an exchange. @throws Error of Node's, when the address can't be listened on. */
export async function listen(
  server: HttpServer | HttpsServer,
  kind: RequestRecord['listener'],
  { host, port }: Address,
  tools: ListenTools,
): Promise<Listener> {
  const connections = followConnections(server, kind, tools)
  server.on('request', connections.accept)
  // Node would answer this one itself.
  server.on('checkExpectation', connections.accept)
  for (const event of ['upgrade', 'connect'] as const) {
    server.on(event, (request, socket, head) => {
      // Nobody else listens, and one client's reset would end the process.
      socket.on('error', () => socket.destroy())
      connections.accept(request, { protocol: request.headers.upgrade?.toLowerCase() ?? '', socket, head })
    })
  }
  server.on('clientError', (error, socket) => {
    const connection = connections.of(socket)
    if (!connection.turns.keep(error)) refuseMalformed(error, socket as Socket, connection, tools)
  })
  const guarded = tools.guard && guardConnections(server, connections, tools.guard)
  await listenOn({ host, port })
  const bound = server.address() as AddressInfo

  async function listenOn(address: Address): Promise<void> {
    const reserved = tools.takePort?.(address)
    if (reserved) server.listen(reserved)
    else server.listen(address.port, address.host)
    await once(server, 'listening')
  }

  return {
    address: `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    exchanges: connections.exchanges,
    connections: connections.count,
    cutIdle: (why) => guarded?.cutIdle(why),
    // That of an HTTP server would close idle connections too, in the moment that a client may use one.
    pause: () => NetServer.prototype.close.call(server),
    resume: () => listenOn({ host, port: bound.port }),
    close: connections.close,
  }
}
