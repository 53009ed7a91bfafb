import { once } from 'node:events'
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { ServedCertificates } from '../certificates/served-certificates.ts'
import type { ClientCertificate, Exchange, UpgradeRequest } from '../gateway/exchange.ts'
import { endSocket } from '../net/end-socket.ts'
import type { ProxyClient } from '../net/proxy-header.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { clientCertificateOf } from './client-certificate.ts'
import { Http1Exchange, type ReaderTools } from './http1-exchange.ts'
import type { TakePort } from './reserve-ports.ts'
import { Turns } from './turns.ts'

/** Milliseconds that an answer has to leave the machine once it is written. */
const FLUSH_MS = 500
/** Bytes that may follow an upgrade before it is answered; nobody means well who sends more. */
const EARLY_LIMIT = 16 * 1024

/** What is known of a connection once, and of each of its requests. */
export interface Connection {
  listener: RequestRecord['listener']
  /** The address of its other end. */
  peer: string | undefined
  /** Who has come by it, by the header of a trusted proxy; undefined without one. */
  client: ProxyClient | undefined
  /** Such as `TLSv1.3`. */
  tlsVersion: string | undefined
  /** By SNI. */
  serverName: string | undefined
  /** What it was shown in the handshake; undefined without TLS. */
  certificates: ServedCertificates | undefined
  /** The last `Host` that its certificates are for. */
  rightHost: string | undefined
  /** Where one was asked for, and shown. */
  clientCertificate: ClientCertificate | undefined
  /** The unfinished one. */
  exchange: Http1Exchange | undefined
  /** Whoever doesn't wait for its answer before the next request is made to. */
  turns: Turns
  /** The last one that was answered before all of it had come. */
  answeredEarly: { complete: boolean } | undefined
}

export interface ConnectionTools extends ReaderTools {
  handle: (exchange: Exchange) => Promise<void>
  /** Of each request, once, when it has been answered or its client has left. */
  onEnd: (record: RequestRecord) => void
  /** Where an address was bound before. */
  takePort?: TakePort
}

/** The connections of a server, which itself knows neither those that were upgraded nor those that say nothing. */
export interface Connections {
  of: (socket: Duplex) => Connection
  /** Reads a request, and follows it to its end. */
  accept: (request: IncomingMessage, answer: ServerResponse | UpgradeRequest) => void
  /** All that are under way. */
  exchanges: () => Iterable<Http1Exchange>
  count: () => number
  /** Stops accepting, waits for what is in flight, at most `timeoutMs`, then ends what is left. */
  close: (timeoutMs: number) => Promise<void>
}

export function followConnections(
  server: HttpServer | HttpsServer,
  listener: RequestRecord['listener'],
  tools: ConnectionTools,
): Connections {
  const open = new Set<Socket>()
  // By connection: a collection that changes with each request costs the garbage collector ten times the rest.
  const speaking = new Map<Duplex, Connection>()
  let inFlight = 0
  const idle = Promise.withResolvers<void>()
  let unclosedRecords = 0
  const allClosed = Promise.withResolvers<void>()
  let closing = false

  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.on(
    server instanceof HttpsServer ? 'secureConnection' : 'connection',
    (socket: Socket, certificates?: ServedCertificates) => {
      speaking.set(socket, describe(socket, listener, certificates))
      socket.on('close', () => speaking.delete(socket))
    },
  )

  function of(socket: Duplex): Connection {
    return speaking.get(socket) ?? describe(socket as Socket, listener)
  }

  function accept(request: IncomingMessage, answer: ServerResponse | UpgradeRequest): void {
    const { socket } = request
    const connection = of(socket)
    const { turns } = connection
    const isUpgrade = 'head' in answer
    if (turns.isTaken) {
      if (isUpgrade) waitForUpgrade(connection, answer, () => accept(request, answer))
      // A parser that can't be paused, of some Node to come: rather none than two at once.
      else socket.destroy()
      return
    }
    if (isUpgrade && !answer.socket.writable) {
      // The answer before has closed the connection.
      endSocket(answer.socket)
      return
    }
    const exchange = new Http1Exchange(request, answer, connection, tools)
    connection.exchange = exchange
    turns.begin()
    unclosedRecords++
    // A tunnel lasts for as long as its two ends like, and nothing waits for that.
    if (exchange.upgrade) exchange.upgrade.socket.once('close', () => left(true))
    else {
      inFlight++
      exchange.answer.onClose(left)
      // Otherwise its next request could be on the way when the connection is closed.
      if (closing) exchange.answer.closeConnection()
    }
    let handled = false
    let sent: boolean | undefined
    tools.handle(exchange).then(() => {
      handled = true
      if (sent !== undefined) end(sent)
    })

    function left(finished: boolean): void {
      sent = finished
      connection.exchange = undefined
      if (!exchange.upgrade) inFlight--
      if (closing) {
        socket.destroySoon()
        if (inFlight === 0) idle.resolve()
      }
      if (handled) end(finished)
    }

    function end(finished: boolean): void {
      closeRecord(exchange.record, finished, tools)
      unclosedRecords--
      if (closing && unclosedRecords === 0) allClosed.resolve()
      turns.end()
    }
  }

  function* exchanges(): Generator<Http1Exchange> {
    for (const { exchange } of speaking.values()) if (exchange) yield exchange
  }

  async function close(timeoutMs: number): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    closing = true
    await drain(timeoutMs, closed)
    for (const { record } of exchanges()) if (isOpenOrAnswered(record)) record.ending = 'stopped'
    for (const socket of open) socket.destroy()
    await closed
    if (unclosedRecords > 0) await within(FLUSH_MS, allClosed.promise)
  }

  /** Lets what is in flight come to its end, and its connections close. */
  async function drain(timeoutMs: number, closed: Promise<unknown>): Promise<void> {
    for (const { upgrade, answer } of exchanges()) {
      if (upgrade) upgrade.end?.('stopped')
      else if (!answer.begun) answer.closeConnection()
    }
    if (inFlight > 0) await within(timeoutMs, idle.promise)
    if (inFlight === 0) {
      // An answer may be written, and yet not have left: these end as soon as it has.
      for (const socket of speaking.keys()) (socket as Socket).destroySoon()
      await within(FLUSH_MS, closed)
    }
  }

  return { of, accept, exchanges, count: () => open.size, close }
}

function describe(socket: Socket, listener: RequestRecord['listener'], certificates?: ServedCertificates): Connection {
  const { getProtocol, servername } = socket as Partial<TLSSocket>
  return {
    listener,
    peer: socket.remoteAddress,
    client: undefined,
    // Node (24.21) dies where TLS is asked whose handshake was cut off.
    tlsVersion: (socket.destroyed ? undefined : getProtocol?.call(socket)) ?? undefined,
    serverName: servername || undefined,
    certificates,
    rightHost: undefined,
    clientCertificate: socket.destroyed ? undefined : clientCertificateOf(socket),
    exchange: undefined,
    turns: new Turns(socket),
    answeredEarly: undefined,
  }
}

/** Until its turn Node does nothing more for the connection, while an earlier answer is still on its way. */
function waitForUpgrade({ turns, exchange }: Connection, upgrade: UpgradeRequest, takeUp: () => void): void {
  const { socket } = upgrade
  let length = upgrade.head.length
  const more: Buffer[] = []
  const keep = (bytes: Buffer) => {
    length += bytes.length
    if (length <= EARLY_LIMIT) more.push(bytes)
  }
  const leave = () => socket.destroy()
  // It has to be read, or nobody saw its client leave.
  socket.on('data', keep).on('end', leave)
  socket.on('drain', () => exchange?.drained())
  turns.wait(() => {
    socket.off('data', keep).off('end', leave).pause()
    upgrade.head = Buffer.concat([upgrade.head, ...more])
    if (length <= EARLY_LIMIT) takeUp()
    else endSocket(socket)
  })
}

/** @param finished whether what there was to send has been sent. */
function closeRecord(record: RequestRecord, finished: boolean, { monotonic, onEnd }: ConnectionTools): void {
  record.duration = monotonic() - record.startedMonotonic
  const isWhole = finished && record.status !== undefined
  if (isOpenOrAnswered(record)) record.ending = isWhole ? 'answered' : 'client left'
  onEnd(record)
}

/** Nothing else is known of its end. */
function isOpenOrAnswered({ ending }: RequestRecord): boolean {
  return ending === undefined || ending === 'answered'
}

async function within(milliseconds: number, event: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, milliseconds)
  await Promise.race([event, over.promise])
  clearTimeout(timer)
}
