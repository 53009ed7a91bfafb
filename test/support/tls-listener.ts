import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { ExecutionContext } from 'ava'
import { type CertificateStore, openCertificateStore } from '../../src/certificates/certificate-store.ts'
import type { ServerCertificate } from '../../src/certificates/server-certificate.ts'
import type { ExchangeHandler } from '../../src/gateway/handle-exchange.ts'
import { sendAnswer } from '../../src/gateway/send-answer.ts'
import { openConnectionRoom } from '../../src/listen/connection-room.ts'
import { listenHttps } from '../../src/listen/listen-https.ts'
import type { TlsTools } from '../../src/listen/secure-servers.ts'
import { openTicketKeys } from '../../src/listen/ticket-keys.ts'
import type { Suites } from '../../src/net/tls-policy.ts'

export interface TlsListener {
  port: number
  store: CertificateStore
  /** What the configuration says. */
  settings: { suites: Suites; hsts: boolean }
  /** Lets so many milliseconds pass for the ticket keys. */
  advance: (milliseconds: number) => void
  /** What kept a certificate from being chosen. */
  errors: unknown[]
}

export interface TlsListenerOptions {
  certificates?: ServerCertificate[]
  publicRoots?: string[]
  change?: Partial<TlsTools>
  handle?: ExchangeHandler
}

/** The gateway's own TLS listener, with nothing of the gateway behind it: it answers each request with its Host. */
export async function startTlsListener(
  t: ExecutionContext,
  { certificates, publicRoots, change, handle = answerHost }: TlsListenerOptions = {},
): Promise<TlsListener> {
  // OpenSSL compares with the real clock, so here it is the real one.
  const store = openCertificateStore({ now: Date.now, publicRoots })
  if (certificates) store.push('files', certificates)
  const settings: TlsListener['settings'] = { suites: 'alexa', hsts: true }
  const errors: unknown[] = []
  let passed = 0
  const tls: TlsTools = {
    certificates: store,
    alpnContext: () => undefined,
    suites: () => settings.suites,
    hsts: () => settings.hsts,
    ticketKeys: openTicketKeys(() => passed, randomBytes),
    clientCa: () => undefined,
    staples: { find: () => undefined, isWatched: () => false },
    onError: (error) => errors.push(error),
    ...change,
  }
  const monotonic = () => performance.now()
  const limits = { connections: 1000, reserved: 0, perAddress: 1000, handshakes: 100 }
  const room = openConnectionRoom({
    monotonic,
    limits: () => ({ ...limits, standingOf: () => 'stranger', blockOf: (address) => address }),
    onCut() {},
  })
  const listener = await listenHttps({ host: '127.0.0.1', port: 0 }, tls, {
    guard: {
      room,
      proxyProtocol: () => false,
      monotonic,
      deadlines: () => ({ sendMs: 60_000, uploadRate: 1, uploadGraceMs: 60_000 }),
    },
    now: Date.now,
    monotonic,
    newRequestId: () => 'id',
    clientAddress: (peer) => peer,
    handle,
    onEnd() {},
  })
  t.teardown(() => listener.close(0))
  const advance = (milliseconds: number) => {
    passed += milliseconds
  }
  return { port: listener.port, store, settings, advance, errors }
}

const answerHost: ExchangeHandler = async (exchange) => {
  sendAnswer(exchange, { status: 200, headers: {}, body: exchange.host ?? '' })
}

/** @param servername none where it is undefined. @returns when the handshake is finished. @throws why it isn't. */
export async function shake(
  { port }: Pick<TlsListener, 'port'>,
  servername: string | undefined,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const unchecked = { rejectUnauthorized: false, checkServerIdentity: () => undefined }
  const socket = connect({ host: '127.0.0.1', port, servername: servername ?? '', ...unchecked, ...options })
  try {
    await once(socket, 'secureConnect')
  } finally {
    socket.on('error', () => {})
  }
  return socket
}

/** Sends a request for this host on an open connection. @returns its answer, whose body has a length. */
export async function ask(socket: TLSSocket, host: string): Promise<string> {
  let answer = ''
  const keep = (chunk: Buffer) => {
    answer += chunk.toString('latin1')
  }
  socket.on('data', keep).write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  while (!isWhole(answer)) await once(socket, 'data')
  socket.off('data', keep)
  return answer
}

function isWhole(answer: string): boolean {
  const [head = '', ...body] = answer.split('\r\n\r\n')
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1])
  return body.join('\r\n\r\n').length >= length
}
