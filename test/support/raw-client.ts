import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'

/** @property localAddress where the client is, such as 127.1.1.1; all of 127.0.0.0/8 is on this machine. */
type House = { port: number; ca: string; localAddress?: string }

export interface RawAnswer {
  status: number
  /** Names and values in turn, as they were sent. */
  rawHeaders: string[]
  /** Every value of a header. */
  header: (name: string) => string[]
  /** Without its chunks' sizes, each byte a character. */
  body: string
  /** Of the informational answers before this one. */
  interim: number[]
}

/** A TLS connection on which a test sends what no HTTP client would, byte for byte, and reads what comes. */
export class RawClient {
  readonly socket: TLSSocket
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>
  /** All that came and isn't read yet, each byte a character. */
  received = ''
  readonly #tcp: Socket
  #changed = Promise.withResolvers<void>()

  /** @param tcp what the TLS goes over */
  constructor(socket: TLSSocket, tcp: Socket) {
    this.socket = socket
    this.#tcp = tcp
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()))
    const change = () => {
      this.#changed.resolve()
      this.#changed = Promise.withResolvers()
    }
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1')
      change()
    })
    for (const event of ['end', 'close']) socket.on(event, change)
  }

  /** Breaks the connection off with an RST, as a machine does that lost its power and comes back. */
  reset(): void {
    this.#tcp.resetAndDestroy()
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    return this
  }

  /** Resolves when this has come. @throws Error when the connection ends before. */
  async until(condition: (received: string) => boolean): Promise<void> {
    while (!condition(this.received)) {
      if (this.socket.readableEnded || this.socket.destroyed) throw new Error(`ended after ${this.received}`)
      await this.#changed.promise
    }
  }

  /** The next answer, and whole. @throws Error when the connection ends before. */
  async answer({ head = false } = {}): Promise<RawAnswer> {
    const interim: number[] = []
    for (;;) {
      await this.until((text) => text.includes('\r\n\r\n'))
      const cut = this.received.indexOf('\r\n\r\n')
      const [first = '', ...lines] = this.received.slice(0, cut).split('\r\n')
      this.received = this.received.slice(cut + 4)
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1])
      if (status < 200 && status !== 101) {
        interim.push(status)
        continue
      }
      const rawHeaders = lines.flatMap((line) => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 1).trim(),
      ])
      const header = (name: string) =>
        rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name.toLowerCase())
      const bodiless = head || status === 101 || status === 204 || status === 304
      return { status, rawHeaders, header, body: bodiless ? '' : await this.#body(header), interim }
    }
  }

  async #body(header: RawAnswer['header']): Promise<string> {
    if (header('transfer-encoding')[0] === 'chunked') return this.#chunks()
    const length = header('content-length')[0]
    if (length === undefined) {
      await this.closed
      return this.#take(this.received.length)
    }
    return this.#bytes(Number(length))
  }

  async #chunks(): Promise<string> {
    let body = ''
    for (;;) {
      await this.until((text) => text.includes('\r\n'))
      const size = Number.parseInt(this.received, 16)
      this.#take(this.received.indexOf('\r\n') + 2)
      body += await this.#bytes(size)
      await this.#bytes(2)
      if (size === 0) return body
    }
  }

  async #bytes(size: number): Promise<string> {
    await this.until((text) => text.length >= size)
    return this.#take(size)
  }

  #take(size: number): string {
    const taken = this.received.slice(0, size)
    this.received = this.received.slice(size)
    return taken
  }
}

/** Connects and shakes hands. */
export async function openRaw({ port, ca, localAddress }: House): Promise<RawClient> {
  const tcp = connectTcp({ port, host: localAddress ? '127.0.0.1' : 'localhost', localAddress })
  tcp.on('error', () => {})
  const socket = connect({ socket: tcp, servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] })
  const client = new RawClient(socket, tcp)
  await once(socket, 'secureConnect')
  return client
}

/** Sends this on a connection of its own, and reads one answer. */
export async function exchangeRaw(house: House, text: string | Buffer): Promise<RawAnswer> {
  const client = await openRaw(house)
  try {
    return await client.send(text).answer()
  } finally {
    client.socket.destroy()
  }
}

/** A well-formed request but for what a test puts into it. */
export function rawRequest(requestLine: string, headers: string[] = [], body = ''): string {
  return [`${requestLine} HTTP/1.1`, 'Host: localhost', ...headers, '', body].join('\r\n')
}

/** The header lines of a WebSocket upgrade. */
export const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

/** The header lines of the answer of an upstream that speaks WebSocket: the last one follows from the key. */
export const SWITCHED = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
]

/** That answer, whole. */
export const CONSENT = ['HTTP/1.1 101 Switching Protocols', ...SWITCHED, '\r\n'].join('\r\n')
