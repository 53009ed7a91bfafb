import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Address } from '../config/schema.ts'
import { followConnections } from './connections.ts'
import type { UpgradeHandler } from './handle-upgrade.ts'

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
  server.on('upgrade', onUpgrade)
  return listen(server, address)
}

/** A listener that only sends everybody to the public URL, with the same method and body. */
export async function listenHttpRedirect(address: Address, publicUrl: string): Promise<Listener> {
  const server = createHttpServer(LIMITS, (request, response) => {
    const path = /^\/(?![/\\])[\x21-\x7e]*$/.test(request.url ?? '') ? request.url : '/'
    response.writeHead(308, { Location: `${publicUrl}${path}`, 'Content-Length': 0, Connection: 'close' }).end()
  })
  return listen(server, address)
}

async function listen(server: HttpServer | HttpsServer, { host, port }: Address): Promise<Listener> {
  const close = followConnections(server)
  server.on('clientError', refuseMalformed)
  server.listen(port, host)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo

  return {
    address: `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    close,
  }
}

/** What Node's parser couldn't read at all. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = '{"error":"malformed_request","error_description":"This is not a well-formed HTTP request."}'
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`)
}
