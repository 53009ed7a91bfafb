import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Observations } from './observations.ts'

/**
 * - `hang`: takes the request and never answers
 * - `reset`: resets the connection before the body is read
 * - `die-mid-headers`, `die-mid-body`, `die-mid-chunk`: sends a part, then closes the connection; for an upgrade the
 *   last two complete the handshake and die within a frame
 * - `trickle`: answers a byte at a time, for ever
 * - `setup-required`: has no users yet (503)
 * - `authentication-failed`: can't check tokens (the other 401 of `/api`)
 */
export type Misbehaviour =
  | 'hang'
  | 'reset'
  | 'die-mid-headers'
  | 'die-mid-body'
  | 'die-mid-chunk'
  | 'trickle'
  | 'setup-required'
  | 'authentication-failed'

/** Which misbehaviour the next request gets. */
export class MisbehaviourPlan {
  #kind: Misbehaviour | undefined
  #times = 0

  set(kind: Misbehaviour | undefined, times: number): void {
    this.#kind = kind
    this.#times = times
  }

  take(): Misbehaviour | undefined {
    if (this.#times <= 0) return undefined
    this.#times -= 1
    return this.#kind
  }
}

const lastWords = {
  'die-mid-headers': 'HTTP/1.1 200 OK\r\nContent-Type: applica',
  'die-mid-body': 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{"name":',
  'die-mid-chunk':
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n[{"na',
}

// An unmasked text frame that declares 65,535 bytes, and its first seven.
const brokenFrame = Buffer.concat([Buffer.from([0x81, 126, 0xff, 0xff]), Buffer.from('{"event')])

export interface Misbehaving {
  seen: Observations
  trickleInterval: number
}

/** Answers a request wrongly. @returns false when the request is to be answered as usual */
export function misbehaveOverHttp(
  kind: Misbehaviour | undefined,
  res: ServerResponse,
  { seen, trickleInterval }: Misbehaving,
): boolean {
  const socket = res.socket
  if (!kind || !socket) return false
  switch (kind) {
    case 'hang':
      return true
    case 'reset':
      seen.end(socket, 'reset')
      return true
    case 'die-mid-headers':
    case 'die-mid-body':
    case 'die-mid-chunk':
      socket.write(lastWords[kind], () => seen.end(socket, 'close'))
      return true
    case 'trickle': {
      res.writeHead(200, { 'Content-Type': 'application/octet-stream' })
      const timer = setInterval(() => res.write('.'), trickleInterval)
      res.on('close', () => clearInterval(timer))
      res.write('.')
      return true
    }
    default:
      return false
  }
}

/** Does an upgrade wrongly. @param accept completes the handshake. @returns as above */
export function misbehaveOverUpgrade(
  kind: Misbehaviour | undefined,
  socket: Socket,
  accept: () => void,
  { seen, trickleInterval }: Misbehaving,
): boolean {
  switch (kind) {
    case 'hang':
      socket.on('close', () => seen.left(socket))
      // Without a reader the end of the connection would go unnoticed.
      socket.resume()
      socket.on('end', () => socket.end())
      return true
    case 'reset':
      seen.end(socket, 'reset')
      return true
    case 'die-mid-headers':
      socket.write('HTTP/1.1 101 Switching Prot', () => seen.end(socket, 'close'))
      return true
    case 'die-mid-body':
    case 'die-mid-chunk':
      accept()
      socket.write(brokenFrame, () => seen.end(socket, 'close'))
      return true
    case 'trickle': {
      accept()
      // A frame that declares 2^48 bytes.
      socket.write(Buffer.from([0x81, 127, 0, 1, 0, 0, 0, 0, 0, 0]))
      const timer = setInterval(() => socket.write('.'), trickleInterval)
      socket.on('close', () => clearInterval(timer))
      return true
    }
    default:
      return false
  }
}
