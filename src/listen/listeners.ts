import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Address } from '../config/schema.ts'
import type { UpgradeHandler } from '../gateway/handle-upgrade.ts'
import { GATEWAY_ERRORS } from '../http/gateway-error.ts'
import { followConnections } from './connections.ts'
import { refuseMalformed } from './refuse-malformed.ts'

/** Milliseconds. Nobody who means well is slower than these with the beginning of a request. */
const LIMITS = {
  headersTimeout: 5000,
  connectionsCheckingInterval: 1000,
  /** For a whole request with its body. */
  requestTimeout: 300_000,
  keepAliveTimeout: 30_000,
  /** No limit: `maxHeadersCount` drops what it doesn't count, so `refuseAmbiguous` counts. */
  maxHeadersCount: 0,
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
}

export interface Listener {
  /** Where it really listens, as `host:port`. */
  address: string
  port: number
  /** Stops accepting, waits for what is in flight, at most `patience` milliseconds, then cuts what is left. */
  close: (patience: number) => Promise<void>
}

export interface TlsMaterial {
  certificate: string
  key: string
}

/** @throws Error of Node's, when the address can't be listened on. */
export async function listenHttps(
  address: Address,
  tls: TlsMaterial,
  onRequest: RequestListener,
  onUpgrade: UpgradeHandler,
): Promise<Listener> {
  const server = createHttpsServer(
    {
      ...LIMITS,
      cert: tls.certificate,
      key: tls.key,
      // Alexa doesn't link over TLS 1.3 alone.
      minVersion: 'TLSv1.2',
      handshakeTimeout: 5000,
      ALPNProtocols: ['http/1.1'],
    },
    onRequest,
  )
  return listen(server, address, onUpgrade)
}

/**
 * A listener that only sends everybody to the public URL. A program that sends credentials here would never notice that
 * they are in clear if it were sent on, so it is refused.
 */
export async function listenHttpRedirect(address: Address, publicUrl: string): Promise<Listener> {
  const server = createHttpServer(LIMITS, (request, response) => {
    const { method = '', headers } = request
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method) || headers.authorization !== undefined) {
      const { status, sentence } = GATEWAY_ERRORS.https_required
      const body = JSON.stringify({ error: 'https_required', error_description: sentence })
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' }).end(body)
      return
    }
    const path = /^\/(?![/\\])[\x21-\x7e]*$/.test(request.url ?? '') ? request.url : '/'
    response.writeHead(308, { Location: `${publicUrl}${path}`, 'Content-Length': 0, Connection: 'close' }).end()
  })
  return listen(server, address)
}

async function listen(
  server: HttpServer | HttpsServer,
  { host, port }: Address,
  onUpgrade?: UpgradeHandler,
): Promise<Listener> {
  const { answersOn, close } = followConnections(server)
  server.on('clientError', (error, socket) => refuseMalformed(error, socket as Socket, answersOn(socket)))
  if (onUpgrade) {
    server.on('upgrade', (request, socket, head) => {
      // The answer to an earlier request and what comes now would get mixed up.
      if (answersOn(socket).length > 0) socket.destroy()
      else onUpgrade(request, socket, head)
    })
  }
  server.listen(port, host)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo

  return {
    address: `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    close,
  }
}
