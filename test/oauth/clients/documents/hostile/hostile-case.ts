import type { Socket } from 'node:net'
import type { Reason } from '../../../../../src/oauth/reasons.ts'
import { CLIENT_HOST, onRequest, type ServerIdentity } from '../../../../support/document-server.ts'

export const ID = `https://${CLIENT_HOST}/oauth/client.json`

export const HONEST = {
  client_id: ID,
  client_name: 'An app',
  redirect_uris: [`https://${CLIENT_HOST}/back`, 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

export interface HostileCase {
  reason: Reason
  /** What the audit has of it. */
  detail: RegExp
  /** What a connection gets once TLS is there. */
  serve?: (socket: Socket) => void
  /** In its place what one gets without TLS. */
  serveBare?: (socket: Socket) => void
  identity?: ServerIdentity
  /** What the DNS says in place of a public address; `fails`: that it can't say. */
  dns?: { A?: string[]; AAAA?: string[] } | 'nothing' | 'fails' | 'silent'
  /** Whoever never ends is cut off then. */
  timeoutMs?: number
}

export const SHORT_MS = 150
export const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'

export function framed(
  body: Buffer | string,
  headers = 'Content-Type: application/json\r\n',
  status = '200 OK',
): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`), bytes])
}

/** Answers with these bytes, and says goodbye. */
export const raw = (bytes: Buffer | string) => (socket: Socket) => onRequest(socket, () => socket.end(bytes))
export const text = (body: Buffer | string) => raw(framed(body))
export const document = (change: object) => text(JSON.stringify({ ...HONEST, ...change }))
export const status = (line: string, headers = '') =>
  raw(framed('{}', `Content-Type: application/json\r\n${headers}`, line))
export const typed = (headers: string) => raw(framed(JSON.stringify(HONEST), headers))

/** Begins like this, and then says the same again and again, for as long as anybody takes it. */
export const endless = (beginning: string, again: string) => (socket: Socket) =>
  onRequest(socket, () => {
    socket.write(beginning)
    const piece = again.repeat(Math.ceil(4096 / again.length))
    const more = () => {
      while (!socket.destroyed && socket.write(piece)) {}
    }
    socket.on('drain', more)
    more()
  })

/** Byte after byte, as slowly as to take for ever. */
export const dribble = (bytes: string) => (socket: Socket) =>
  onRequest(socket, () => {
    let at = 0
    const timer = setInterval(() => socket.write(bytes[at++ % bytes.length] ?? ''), 10)
    socket.once('close', () => clearInterval(timer))
  })
