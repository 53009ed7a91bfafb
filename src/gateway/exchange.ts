import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { Allowed } from './access/access.ts'

/** Limits of a body that is read whole. */
export interface BodyLimits {
  /** Bytes. */
  limit: number
  /** For the whole of it. */
  timeoutMs: number
}

/** What a client has shown at its handshake, and proven to have the key of. Whose it is nobody has looked up. */
export interface ClientCertificate {
  /** Of its subject; undefined where there is more than that in it. */
  commonName: string | undefined
  /** The subject of whoever says to have made it. */
  issuer: string
  /** SHA-256 of the whole of it, in lower-case hexadecimal. */
  fingerprint: string
}

/** A request and the way to answer it, whatever protocol brought it. Nothing behind the readers in `listen/` knows which. */
export interface Exchange {
  /** Its id, protocol, addresses and TLS facts are in here, once. */
  readonly record: RequestRecord
  /** Undefined where none was asked for, or none was shown. */
  readonly clientCertificate?: ClientCertificate | undefined
  readonly method: string
  /** Path and query as they came, byte for byte; whatever else came, where it isn't these. */
  readonly target: string
  /** `Host` or `:authority`. Undefined where there was none, null where there were two. */
  readonly host: string | null | undefined
  /** Whether it came on a connection whose certificate isn't for its host; never so where there is no TLS. */
  readonly misdirected: boolean
  /** Names and values in turn, as they were sent, without pseudo-headers. */
  readonly rawHeaders: string[]
  /** Merged and in lower case: for the gateway's own answers only. */
  readonly headers: IncomingHttpHeaders
  /** The body as a stream; null where there is none. Whoever passes it on may destroy it, and goes on answering. */
  readonly body: Readable | null
  /** @throws GatewayError body_too_large, request_timeout, unsupported_body; ClientLeftError */
  readBody: (limits: BodyLimits) => Promise<Buffer>
  /** Nobody wants what is left of the body: it is read and forgotten, and must not take long. */
  dropBody: () => void
  readonly answer: AnswerChannel
  /** Where the client asks for another protocol on this connection, such as `websocket`. */
  readonly upgrade: UpgradeRequest | undefined
  /** How it was let in; undefined until then. */
  allowed?: Allowed
  /** What each answer to it says of who may read it, as raw pairs; undefined where the gateway has no say in that. */
  corsHeaders?: readonly string[]
}

/** The way to answer. */
export interface AnswerChannel {
  /** Whether the head of the answer has been sent. */
  readonly begun: boolean
  /** Whether nobody is there to be answered any more. */
  readonly closed: boolean
  /** Sends the head. @param rawHeaders names and values in turn. */
  begin: (status: number, rawHeaders: string[]) => void
  /** @returns false when the client is slower: wait for `onDrain`. */
  write: (chunk: Uint8Array) => boolean
  end: (chunk?: Uint8Array) => void
  /** Breaks the connection off, so that half an answer is never taken for the whole. */
  cut: () => void
  /** No request after this one on the same connection. */
  closeConnection: () => void
  /** Once, when the client has taken what `write` was told was too much. */
  onDrain: (resume: () => void) => void
  /** Once, when it has been sent whole (`finished`) or the client has left. */
  onClose: (closed: (finished: boolean) => void) => void
}

export interface UpgradeRequest {
  /** In lower case. */
  protocol: string
  /** The client's connection, from here on the gateway's to close. */
  socket: Duplex
  /** What the client sent after its request. */
  head: Buffer
  /** Ends it in the words of its protocol, where the gateway speaks that; otherwise only the connection can be broken off. */
  end?: (why: 'access ended' | 'stopped') => void
}
