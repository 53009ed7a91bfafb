import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { ExecutionContext } from 'ava'
import type { PublicWorld } from '../../src/net/fetch-public-document.ts'
import { issueCertificate } from './issue-certificate.ts'

/** The host of a client, and an address that is public: nothing of a test ever goes there. */
export const CLIENT_HOST = 'client.example'
export const PUBLIC_ADDRESS = '93.184.215.14'

const DAY_MS = 86_400_000

/** Of whom the certificates of the servers here are. */
const authority = { subject: 'CA of the documents', key: newKey() }
export const AUTHORITY_PEM = issueCertificate({ ...authority, ...validFor(-1, 30), isCa: true })

const ownKey = newKey()

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

function validFor(from: number, to: number) {
  return { notBefore: Date.now() + from * DAY_MS, notAfter: Date.now() + to * DAY_MS }
}

/** For whom a certificate is, by whom, and in which days from now. */
export interface ServerIdentity {
  names?: string[]
  days?: [number, number]
  selfSigned?: boolean
}

/** Speaks TLS on a free port of loopback. @param serve is given each connection. */
export function startTlsServer(
  t: ExecutionContext,
  serve: (socket: TLSSocket) => void,
  { names = [CLIENT_HOST], days = [-1, 30], selfSigned = false }: ServerIdentity = {},
): Promise<number> {
  const issuer = selfSigned ? {} : { issuer: authority }
  const cert = issueCertificate({ subject: 'own', key: ownKey, names, ...validFor(...days), ...issuer })
  const key = ownKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const server = createServer({ cert, key, ALPNProtocols: ['http/1.1'] })
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  server.on('tlsClientError', () => {})
  return listen(t, server)
}

/** The same without TLS. */
export function startTcpServer(t: ExecutionContext, serve: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  return listen(t, server)
}

async function listen(t: ExecutionContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Once the head of a request is there. */
export function onRequest(socket: Socket, answer: (head: string) => void): void {
  let head = ''
  socket.on('data', (chunk: Buffer) => {
    const before = head
    head += chunk.toString('latin1')
    if (!before.includes('\r\n\r\n') && head.includes('\r\n\r\n')) answer(head)
  })
}

/** A world in which every name is public, and leads to this port of loopback. */
export function worldAt(port: number): PublicWorld {
  return {
    resolve: async (_, family) => (family === 4 ? [PUBLIC_ADDRESS] : []),
    own: () => [],
    reach: () => ({ addresses: ['127.0.0.1'], port }),
    ca: [AUTHORITY_PEM],
    timeoutMs: 60_000,
  }
}
