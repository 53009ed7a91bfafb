/** How a request ended. */
export type Ending =
  /** Answered whole, by the gateway itself or by an upstream. */
  | 'answered'
  /** Refused by the gateway; `refusal` says why. */
  | 'refused'
  /** The client left before its answer was whole. */
  | 'client left'
  /** The upstream broke off in the middle of its answer, and so the client was cut off too. */
  | 'upstream broke off'
  /** A deadline of the gateway's ended it in the middle. */
  | 'timed out'
  /** A WebSocket that one of the two sides closed. */
  | 'closed'
  /** A WebSocket or stream that was ended because what let it in is gone: grant, client, user or route. */
  | 'access ended'
  /** The gateway was stopped. */
  | 'stopped'

/** Why a request was refused. */
export interface RefusalNote {
  /** Of the catalogues of errors. */
  code: string
  /** What really happened; for the log only, and not yet without what may be a secret. */
  detail: string
}

/**
 * What is known of one request. It is made with the exchange, filled in on the way, and closed when the response closes;
 * the log line, the metrics and the audit read it then. Nothing about a request is logged from the side.
 */
export interface RequestRecord {
  /** Of this request, for as long as anybody may look for it. */
  id: string
  /** Milliseconds since 1970 when its headers had been read. */
  startedAt: number
  /** The same on the monotonic clock, for durations. Milliseconds. */
  startedMonotonic: number
  /** `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`; a line of HTTP/1 may claim anything. */
  protocol: string
  listener: 'https' | 'http' | 'plain'
  /** The address of the socket's other end; empty where it has gone. */
  peer: string
  /** The address that is believed to be the client's; undefined where a trusted proxy doesn't tell. */
  address: string | undefined
  /** Such as `TLSv1.3`; undefined without TLS. */
  tlsVersion: string | undefined
  /** What the client asked for by SNI. */
  serverName: string | undefined
  /** Empty where nothing could be read. */
  method: string
  /** `Host` or `:authority`, as it came. */
  host: string | undefined
  /** Without the query, and without the password of a URL. Otherwise as it came: it may hold anything. */
  path: string
  userAgent: string | undefined
  /** What it matched: the path of a route as configured, or of an endpoint. */
  route: string | undefined
  upstream: string | undefined
  /** Of Music Assistant's, by its name, where the gateway knows it. Never its arguments. */
  command?: string | undefined
  /** What the upstream answered. */
  upstreamStatus: number | undefined
  /** Of whoever was let in: the user's name, the client's id, the grant's id. */
  user: string | undefined
  client: string | undefined
  grant: string | undefined
  /** What the client was answered; undefined where it got nothing. */
  status: number | undefined
  /** Bytes of the bodies; of a WebSocket, of what went through the tunnel. */
  bytesReceived: number
  bytesSent: number
  /** Milliseconds from `startedMonotonic` to the first byte of the answer. */
  firstByteAfter: number | undefined
  /** Whether it became a WebSocket. */
  upgraded: boolean
  refusal: RefusalNote | undefined
  /** Undefined while it is under way. */
  ending: Ending | undefined
  /** Milliseconds from its beginning to its end. */
  duration: number | undefined
}

/** Who is told how a request went. Neither may throw, and neither may do I/O before it returns. */
export interface RequestListener {
  /** Of one that has lasted so long that its end may be hours away: a stream, a WebSocket. Its record is not closed. */
  onLong: (record: RequestRecord) => void
  /** Of each one, once, when it has ended. */
  onEnd: (record: RequestRecord) => void
}
