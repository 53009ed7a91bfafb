import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Allowed } from '../gateway/access/access.ts'
import type { AnswerChannel, BodyLimits, ClientCertificate, Exchange, UpgradeRequest } from '../gateway/exchange.ts'
import { rawHeaderValues } from '../http/raw-headers.ts'
import type { ClientAddress } from '../net/client-address.ts'
import type { Ending, RefusalNote, RequestRecord } from '../telemetry/request-record.ts'
import type { Connection } from './connections.ts'
import { Http1Answer, respondOn } from './http1-answer.ts'
import { isMisdirected } from './is-misdirected.ts'
import { newRecord } from './new-record.ts'
import { originForm } from './origin-form.ts'
import { readBody } from './read-body.ts'
import { strictTransport } from './strict-transport.ts'

/** Milliseconds for the rest of a body that nobody reads; whoever needs longer is cut off. */
const REST_OF_BODY_MS = 5000

/** What a reader of requests works with. */
export interface ReaderTools {
  /** Milliseconds since 1970. */
  now: () => number
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
  newRequestId: () => string
  /** Whom a client is believed to be, by the configuration of now. */
  clientAddress: ClientAddress
  /** Whether browsers are told to come by https only, where everybody trusts the certificate. */
  hsts?: () => boolean
}

/** A request that came over HTTP/1.0 or 1.1. */
export class Http1Exchange implements Exchange {
  readonly record: RequestRecord
  readonly host: string | null | undefined
  readonly target: string
  readonly body: Readable | null
  readonly upgrade: UpgradeRequest | undefined
  allowed?: Allowed
  corsHeaders?: readonly string[]
  readonly #request: IncomingMessage
  readonly #connection: Connection
  readonly #tools: ReaderTools
  #answer: Http1Answer | undefined

  /** @param answer where it goes; with an upgrade it is made only when there is one. */
  constructor(
    request: IncomingMessage,
    answer: ServerResponse | UpgradeRequest,
    connection: Connection,
    tools: ReaderTools,
  ) {
    this.#request = request
    this.#connection = connection
    this.#tools = tools
    const { host, userAgent, hasBody } = readHeaders(request.rawHeaders)
    this.host = host
    this.body = hasBody ? request : null
    const { rawHeaders, httpVersion, method = '' } = request
    const protocol = httpVersion === '1.1' ? 'HTTP/1.1' : `HTTP/${httpVersion}`
    // Behind `listen.plain` are proxies, whose clients have come by https.
    const scheme = connection.listener === 'http' ? 'http' : 'https'
    this.target = originForm({ method, target: request.url ?? '', host, scheme })
    const read = { protocol, method, host: host ?? undefined, path: pathOf(this.target), userAgent }
    this.record = newRecord(connection, tools, read, () => rawHeaderValues(rawHeaders, 'x-forwarded-for'))
    if ('socket' in answer && 'head' in answer) this.upgrade = answer
    else this.#answer = this.#answerBy(answer)
  }

  get clientCertificate(): ClientCertificate | undefined {
    return this.#connection.clientCertificate
  }

  get method(): string {
    return this.record.method
  }

  get rawHeaders(): string[] {
    return this.#request.rawHeaders
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers
  }

  get misdirected(): boolean {
    return isMisdirected(this.#connection, this.host ?? '')
  }

  /** Whether all of the request has come. */
  get complete(): boolean {
    return this.#request.complete
  }

  get answer(): AnswerChannel & { ended: boolean } {
    return this.#ownAnswer
  }

  get #ownAnswer(): Http1Answer {
    this.#answer ??= this.#answerBy(respondOn(this.#request, (this.upgrade as UpgradeRequest).socket))
    return this.#answer
  }

  #answerBy(response: ServerResponse): Http1Answer {
    return new Http1Answer(response, this.record, this.#tools.monotonic, strictTransport(this.#connection, this.#tools))
  }

  async readBody(limits: BodyLimits): Promise<Buffer> {
    const body = await readBody(this.#request, limits)
    this.record.bytesReceived = body.length
    return body
  }

  dropBody(): void {
    const { socket } = this.#request
    if (this.#request.complete || this.upgrade) return
    const connection = this.#connection
    connection.answeredEarly = this.#request
    const timer = setTimeout(() => socket?.destroy(), REST_OF_BODY_MS)
    this.#request.once('close', () => {
      if (connection.answeredEarly === this.#request) connection.answeredEarly = undefined
      clearTimeout(timer)
    })
  }

  /** The client has caught up with the answer, which Node doesn't know. */
  drained(): void {
    this.#answer?.drained()
  }

  /** It ends with its connection, whatever its handler does. @param told what the client was answered, if anything. */
  abandon(refusal: RefusalNote, ending: Ending, told: Partial<RequestRecord> = {}): void {
    this.record.refusal ??= refusal
    this.record.ending ??= ending
    Object.assign(this.record, told)
    this.#ownAnswer.abandon()
  }
}

interface HeadersRead {
  /** Undefined where there is none, null where there are two. */
  host: string | null | undefined
  userAgent: string | undefined
  hasBody: boolean
}

/** All that every request is asked for, in one look. Most names differ in their length from each of these. */
function readHeaders(rawHeaders: string[]): HeadersRead {
  const read: HeadersRead = { host: undefined, userAgent: undefined, hasBody: false }
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'host') read.host = read.host === undefined ? value : null
        break
      case 10:
        if (name.toLowerCase() === 'user-agent') read.userAgent ??= value
        break
      case 14:
        if (name.toLowerCase() === 'content-length') read.hasBody ||= Number(value) > 0
        break
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') read.hasBody = true
    }
  }
  return read
}

/** Without its query; of what is no path, and will be refused, without a password. It is for the log. */
function pathOf(target: string): string {
  if (!target.startsWith('/')) return target.replace(/\/\/[^/]*@/, '//').split('?', 1)[0] as string
  const cut = target.indexOf('?')
  return cut < 0 ? target : target.slice(0, cut)
}
