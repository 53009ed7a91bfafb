import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { PassThrough, type Readable } from 'node:stream'
import type { Allowed } from '../../src/gateway/access/access.ts'
import type { AnswerChannel, BodyLimits, Exchange } from '../../src/gateway/exchange.ts'
import { ClientLeftError } from '../../src/http/client-left-error.ts'
import { GatewayError } from '../../src/http/gateway-error.ts'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { requestRecord } from './request-record.ts'

/** A request that came over HTTP/2: what a reader in `src/listen` will be one day. @see RFC 9113 section 8.3 */
export class Http2Exchange implements Exchange {
  readonly record: RequestRecord
  readonly method: string
  readonly target: string
  readonly host: string | undefined
  readonly rawHeaders: string[]
  readonly headers: IncomingHttpHeaders
  readonly body: Readable | null
  readonly answer: AnswerChannel
  readonly upgrade = undefined
  readonly misdirected = false
  allowed?: Allowed

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]) {
    const pseudo = (name: string) => rawHeaders[rawHeaders.findIndex((one, i) => i % 2 === 0 && one === name) + 1]
    this.method = pseudo(':method') ?? ''
    this.target = pseudo(':path') ?? ''
    // A request may name its authority in either of the two ways.
    this.host = headers[':authority'] ?? headers.host
    this.rawHeaders = rawHeaders.filter((_, i) => !rawHeaders[i - (i % 2)]?.startsWith(':'))
    this.headers = headers
    // Whoever has read the body destroys it, and the stream has still to be answered on.
    const isEmpty = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0 || headers['content-length'] === '0'
    this.body = isEmpty ? null : stream.pipe(new PassThrough())
    this.record = requestRecord({
      protocol: 'HTTP/2',
      method: this.method,
      host: this.host,
      path: this.target.split('?', 1)[0] ?? '',
      peer: '127.0.0.1',
      address: '127.0.0.1',
      status: undefined,
      ending: undefined,
      firstByteAfter: undefined,
    })
    this.answer = answerOn(stream, this.record)
  }

  async readBody({ limit }: BodyLimits): Promise<Buffer> {
    if (Number(this.headers['content-length'] ?? 0) > limit)
      throw new GatewayError('body_too_large', `more than ${limit / 1024} KiB`)
    const chunks: Buffer[] = []
    try {
      for await (const chunk of this.body?.iterator({ destroyOnReturn: false }) ?? []) chunks.push(chunk)
    } catch {
      throw new ClientLeftError()
    }
    const body = Buffer.concat(chunks)
    this.record.bytesReceived = body.length
    return body
  }

  dropBody(): void {
    this.body?.resume()
  }
}

/** There is no status text and no `Connection` here, and a stream that has no body ends with its headers. */
function answerOn(stream: ServerHttp2Stream, record: RequestRecord): AnswerChannel {
  let bodiless = false
  return {
    get begun() {
      return stream.headersSent
    },
    get closed() {
      return stream.destroyed
    },
    begin(status, rawHeaders) {
      record.status = status
      bodiless = record.method === 'HEAD' || status === 204 || status === 304
      stream.respond({ ':status': status, ...byName(rawHeaders) }, { endStream: bodiless })
    },
    write: (chunk) => bodiless || stream.write(chunk),
    end(chunk) {
      if (!bodiless) stream.end(chunk)
    },
    // Only with an error: else it would be ended before it is reset.
    cut: () => stream.destroy(new Error('cut off')),
    closeConnection: () => stream.session?.close(),
    onDrain: (resume) => stream.on('drain', resume),
    onClose(closed) {
      stream.once('close', () => closed(stream.rstCode === constants.NGHTTP2_NO_ERROR))
    },
  }
}

function byName(rawHeaders: string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    headers[name] = [...(headers[name] ?? []), rawHeaders[i + 1]!]
  }
  return headers
}
