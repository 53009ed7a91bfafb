import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { connectTo } from '../../../net/connect-to.ts'
import type { Place } from './public-host.ts'
import { sentCertificates } from './sent-certificates.ts'

/** For the connection, and for the handshake after it. */
const TIMEOUT_MS = 5000
/** Bytes; no chain is as long. */
const HEARD_LIMIT = 256 * 1024

/** How far one got. */
export type Handshake =
  | {
      kind: 'done'
      /** Such as `TLSv1.2`. */
      protocol: string
      cipher: string
      /** What the server sent, in its order; none where that can't be seen, as in TLS 1.3. */
      sent: X509Certificate[]
    }
  | { kind: 'refused' | 'timed-out' | 'unreachable' | 'no-handshake'; why: string }

/**
 * Connects and shakes hands. Believes any certificate: what to think of it is for others to say, and nothing is sent.
 * @param host the name that is asked for. @param offer what the client is to offer.
 */
export async function shakeHands(place: Place, host: string, offer: ConnectionOptions = {}): Promise<Handshake> {
  const socket = connectTo(place, place.announced)
  socket.on('error', () => {})
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    socket.destroy()
    return unconnected(error as NodeJS.ErrnoException)
  }
  const heard: Buffer[] = []
  // What comes of old servers is to be seen too: the keys and suites of today are asked for where it is about these.
  const secure = connectTls({
    ...{ socket: overhear(socket, heard), rejectUnauthorized: false, ciphers: 'DEFAULT:@SECLEVEL=0' },
    ...(isIP(host) === 0 && { servername: host }),
    ...{ ALPNProtocols: ['http/1.1'], ...offer },
  })
  secure.on('error', () => {})
  try {
    await once(secure, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const sent = sentCertificates(Buffer.concat(heard)).map((der) => new X509Certificate(der))
    return { kind: 'done', protocol: secure.getProtocol() ?? '', cipher: secure.getCipher().name, sent }
  } catch (error) {
    return { kind: 'no-handshake', why: whyBroken(error as NodeJS.ErrnoException) }
  } finally {
    secure.destroy()
    socket.destroy()
  }
}

/** The socket, with all that comes from it written down. */
function overhear(socket: Socket, heard: Buffer[]): Duplex {
  let bytes = 0
  const both = new Duplex({
    read: () => void socket.resume(),
    write: (chunk, _, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
  })
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= HEARD_LIMIT) heard.push(chunk)
    if (!both.push(chunk)) socket.pause()
  })
  socket.once('close', () => both.destroy(new Error('the connection was closed')))
  return both
}

function unconnected({ code, message, name }: NodeJS.ErrnoException): Handshake {
  if (name === 'AbortError' || code === 'ETIMEDOUT') return { kind: 'timed-out', why: 'nothing answered' }
  if (code === 'ECONNREFUSED') return { kind: 'refused', why: 'the connection was refused' }
  return { kind: 'unreachable', why: message }
}

/** In the words of the alert, where there was one: `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION` says nothing to a person. */
function whyBroken({ code = '', message, name }: NodeJS.ErrnoException): string {
  if (name === 'AbortError') return 'the handshake was not answered'
  const [, alert] = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)$/.exec(code) ?? []
  if (alert !== undefined) return `the server refused the handshake: ${alert.toLowerCase().replaceAll('_', ' ')}`
  if (code.startsWith('ERR_SSL_')) return code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ')
  return message
}
