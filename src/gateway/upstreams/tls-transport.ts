import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/**
 * The TCP connection below TLS, as a stream that can be listened to. Node tells a TLS connection that was ended properly
 * (`close_notify`) and one that somebody on the way cut off by a FIN apart nowhere else: with a handle of Node's own below,
 * both look like the end of what was sent. @see RFC 8446 section 6.1
 */
export class TlsTransport extends Duplex {
  readonly #tcp: Socket
  /** Whether the TCP connection has ended: without a `close_notify` before, TLS learns of its end from that. */
  hasEnded = false

  constructor({ host, port }: { host: string; port: number }) {
    super()
    const tcp = connect({ host, port, noDelay: true, keepAlive: true })
    this.#tcp = tcp
    tcp.on('data', (chunk) => {
      if (!this.push(chunk)) tcp.pause()
    })
    tcp.on('end', () => {
      this.hasEnded = true
      this.push(null)
    })
    tcp.on('error', (error) => this.destroy(error))
    tcp.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#tcp.resume()
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#tcp.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#tcp.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#tcp.destroy()
    done(error)
  }

  /** Calls back when the TLS connection that goes over it ends without having been ended properly. */
  onTruncated(tls: TLSSocket, truncated: () => void): void {
    const push = tls.push.bind(tls)
    tls.push = (chunk, encoding) => {
      if (chunk === null && this.hasEnded) truncated()
      return push(chunk, encoding)
    }
  }
}
