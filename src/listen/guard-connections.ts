import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { ProxyClient } from '../net/proxy-header.ts'
import type { ConnectionCut } from '../telemetry/connection-cuts.ts'
import { answerNoTls } from './answer-no-tls.ts'
import { openAttentiveClock } from './attentive-clock.ts'
import { awaitHello } from './await-hello.ts'
import { openProxyHeaders } from './await-proxy-header.ts'
import type { ConnectionRoom, Place, Spareable } from './connection-room.ts'
import type { Connections } from './connections.ts'
import { type Guarded, newPace } from './guarded.ts'
import { openHandshakeTurns } from './handshake-turns.ts'
import { refuseHandshake } from './refuse-handshake.ts'
import type { ChooseHandshake, Handshake } from './secure-servers.ts'
import { type Deadlines, sweepConnections } from './sweep-connections.ts'

/** What keeps a listener from being filled up by clients that don't get on. */
export interface GuardTools {
  room: ConnectionRoom
  deadlines: () => Deadlines
  /** Whether connections of trusted proxies begin with a header of the PROXY protocol. */
  proxyProtocol: () => boolean
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
  /** What becomes of a connection, by its ClientHello. With TLS only. */
  chooseHandshake?: ChooseHandshake
}

type OnConnection = (socket: Socket) => void

/**
 * Stands in front of a server: who finds no room never gets to it, a handshake begins only when its turn has come, and a
 * sweep cuts off who overstays. To be called when everybody listens to the server who wants to.
 * @returns cuts off who has nothing under way.
 */
export function guardConnections(
  server: HttpServer | HttpsServer,
  { of }: Pick<Connections, 'of'>,
  { room, deadlines, proxyProtocol, monotonic, chooseHandshake }: GuardTools,
): { cutIdle: (why: ConnectionCut) => void } {
  /** By their two ends, for a TLS connection doesn't say which TCP connection it goes over. */
  const guarded = new Map<string, Guarded>()
  // The server's own is the first: it makes a reader of HTTP. That of TLS has no certificate.
  const [serve, ...followers] = server.rawListeners('connection') as [OnConnection, ...OnConnection[]]
  const clock = openAttentiveClock(monotonic)
  const headers = openProxyHeaders(() => room.limits().handshakes)
  const turns = openHandshakeTurns({
    most: () => room.limits().handshakes,
    attentive: clock.now,
    begin: ({ socket, begin }) => begin(socket),
  })

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    // Undefined where it has gone already.
    const place = room.admit(socket.remoteAddress ?? '')
    if (typeof place === 'string') refuse(socket, place)
    else accept(socket, place)
  })
  if (chooseHandshake) server.on('secureConnection', (speaker: Socket) => open(guarded.get(endsOf(speaker)), speaker))
  server.on('request', ({ socket }) => noteSpoken(socket))
  server.on('upgrade', (_, socket) => noteSpoken(socket as Socket))

  function refuse(socket: Socket, why: ConnectionCut): void {
    socket.on('error', () => {})
    // Nothing waits in the kernel for whom nobody knows.
    socket.resetAndDestroy()
    room.onCut(why, socket.remoteAddress ?? '')
  }

  function accept(socket: Socket, place: Place): void {
    const key = endsOf(socket)
    const peer = socket.remoteAddress ?? ''
    const one: Guarded = {
      socket,
      place,
      openedAt: clock.now(),
      stage: chooseHandshake ? 'hello' : 'open',
      handshakeAt: 0,
      begin: (socket) => serve.call(server, socket),
      speaker: undefined,
      client: undefined,
      connection: undefined,
      hasSpoken: false,
      pace: newPace(),
      cut(why) {
        if (socket.destroyed) return
        one.tell(why)
        one.speaker?.destroy()
        socket.destroy()
      },
      tell: (why) => room.onCut(why, peer),
    }
    guarded.set(key, one)
    take(one, place)
    socket.on('close', () => {
      if (guarded.get(key) === one) guarded.delete(key)
      one.place.leave()
      turns.leave(one)
    })
    for (const follow of followers) follow.call(server, socket)
    if (place.standing === 'proxy' && proxyProtocol()) headers.await(one, (client) => admit(one, client))
    else begin(one)
  }

  function take(one: Guarded, place: Place): void {
    one.place = place
    place.take({ spareable: () => spareable(one, clock.now()), cut: one.cut })
  }

  /** From here on the connection is the client's, and no more the proxy's that brought it. */
  function admit(one: Guarded, client: ProxyClient): void {
    one.client = client
    if (typeof client === 'object') {
      one.place.leave()
      const place = room.admit(client.address)
      if (typeof place === 'string') {
        one.cut(place)
        return
      }
      take(one, place)
    }
    begin(one)
  }

  function begin(one: Guarded): void {
    const { socket } = one
    if (chooseHandshake) {
      one.stage = 'hello'
      awaitHello(
        one,
        (hello) => shakeHands(one, chooseHandshake(hello)),
        (begun) => answerNoTls(one, begun),
      )
    } else {
      one.begin(socket)
      open(one, socket)
    }
  }

  function shakeHands(one: Guarded, handshake: Handshake): void {
    if ('alert' in handshake) {
      refuseHandshake(one.socket, handshake.alert)
      return
    }
    one.begin = handshake.begin
    turns.enter(one)
  }

  function open(one: Guarded | undefined, speaker: Socket): void {
    if (!one) return
    turns.leave(one)
    one.stage = 'open'
    one.speaker = speaker
    one.connection = of(speaker)
    one.connection.client = one.client
  }

  function noteSpoken(speaker: Socket): void {
    const one = guarded.get(endsOf(speaker))
    if (one) one.hasSpoken = true
  }

  function cutIdle(why: ConnectionCut): void {
    for (const one of guarded.values()) if (!isBusy(one)) one.cut(why)
  }

  const sweep = sweepConnections({
    all: () => guarded.values(),
    isTight: room.isTight,
    deadlines,
    attentive: clock.now,
    tooSlow(speaker) {
      const error = Object.assign(new Error('the body comes too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
      room.onCut('slow body', speaker.remoteAddress ?? '')
      server.emit('clientError', error, speaker)
    },
  })
  // Node reads this one each time that it looks for late headers, on the clock on the wall.
  const { headersTimeout } = server
  Object.defineProperty(server, 'headersTimeout', { get: () => clock.agoOnTheWall(headersTimeout) })
  server.once('close', () => {
    sweep.stop()
    clock.stop()
  })
  return { cutIdle }
}

/** So long a request has nothing to show before it counts as stuck. Milliseconds. */
const STUCK_MS = 1500

function spareable(one: Guarded, now: number): Spareable | undefined {
  if (!isBusy(one)) return one.hasSpoken ? 'idle' : 'silent'
  const { stuckSince, lostMs } = one.pace
  return (stuckSince !== undefined && now - stuckSince >= STUCK_MS) || lostMs >= STUCK_MS ? 'stuck' : undefined
}

function isBusy({ connection }: Guarded): boolean {
  return connection?.exchange !== undefined || connection?.answeredEarly?.complete === false
}

/** Both of them: one port of a client's may be connected to two addresses of this machine at once. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remotePort} ${remoteAddress} ${localAddress}`
}
