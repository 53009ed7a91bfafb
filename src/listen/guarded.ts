import type { Socket } from 'node:net'
import type { ProxyClient } from '../net/proxy-header.ts'
import type { ConnectionCut } from '../telemetry/connection-cuts.ts'
import type { Place } from './connection-room.ts'
import type { Connection } from './connections.ts'

/** A connection, and how far it has come. */
export interface Guarded {
  /** The TCP connection. */
  readonly socket: Socket
  /** Of the client's, once a trusted proxy has said who it is. */
  place: Place
  /** Milliseconds on the attentive clock. */
  readonly openedAt: number
  readonly cut: (why: ConnectionCut) => void
  /** Has it counted, and leaves it open. */
  readonly tell: (why: ConnectionCut) => void
  /**
   * `proxy header` waits for that of a trusted proxy, `hello` for a ClientHello, `waiting` for its turn to shake hands; a
   * connection without any of these is `open` at once.
   */
  stage: 'proxy header' | 'hello' | 'waiting' | 'handshake' | 'open'
  /** When its handshake began, on the attentive clock. */
  handshakeAt: number
  /** What happens when its turn has come. */
  begin: (socket: Socket) => void
  /** Who it is by the header of a trusted proxy; undefined without one. */
  client: ProxyClient | undefined
  /** What HTTP is spoken on: the TCP connection, or TLS over it. Undefined until it is open. */
  speaker: Socket | undefined
  /** What is known of it once it is open. */
  connection: Connection | undefined
  hasSpoken: boolean
  /** For the sweep. */
  pace: Pace
}

/** What the last sweep has seen of a connection. */
export interface Pace {
  /** Bytes that the client has taken so far, as far as this machine knows. */
  taken: number
  /** Since when, on the attentive clock, none was taken although some were waiting; undefined while none wait. */
  stuckSince: number | undefined
  /** Bytes that came so far. */
  came: number
  /** The upload that `lostMs` is about. */
  upload: unknown
  /** By how many milliseconds an upload is behind the least rate. */
  lostMs: number
  /** Since when nothing was under way, on the attentive clock. */
  idleSince: number | undefined
  /** How many times in turn the kernel has said that its other end is gone. */
  goneTimes: number
}

export function newPace(): Pace {
  return {
    taken: 0,
    stuckSince: undefined,
    came: 0,
    upload: undefined,
    lostMs: 0,
    idleSince: undefined,
    goneTimes: 0,
  }
}
