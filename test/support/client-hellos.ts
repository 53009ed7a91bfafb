import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'

/** What OpenSSL says first, byte for byte. */
export async function realHello(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...options })
  client.on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [first] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  server.close()
  return first
}

export interface MadeHello {
  serverName?: string
  protocols?: string[]
  /** Bytes of padding. */
  padding?: number
}

/** A ClientHello, without the heads of records. */
export function madeHello({ serverName, protocols, padding = 0 }: MadeHello): Buffer {
  const extensions: Buffer[] = []
  // What no server knows, first. @see RFC 8701
  extensions.push(extension(0x0a0a, Buffer.alloc(0)))
  if (padding > 0) extensions.push(extension(21, Buffer.alloc(padding)))
  if (serverName !== undefined)
    extensions.push(
      extension(0, withLength(2, Buffer.concat([Buffer.of(0), withLength(2, Buffer.from(serverName, 'latin1'))]))),
    )
  if (protocols)
    extensions.push(
      extension(16, withLength(2, Buffer.concat(protocols.map((one) => withLength(1, Buffer.from(one)))))),
    )
  const body = Buffer.concat([
    ...[Buffer.of(3, 3), Buffer.alloc(32, 7), withLength(1, Buffer.alloc(32, 9))],
    ...[withLength(2, Buffer.of(0x13, 1, 0xc0, 0x2f)), withLength(1, Buffer.of(0))],
    withLength(2, Buffer.concat(extensions)),
  ])
  return Buffer.concat([Buffer.of(1), withLength(3, body)])
}

/** @param sizes of the records; the last one has the rest. */
export function inRecords(message: Buffer, sizes: number[] = []): Buffer {
  const records: Buffer[] = []
  let at = 0
  for (const size of [...sizes, message.length]) {
    const part = message.subarray(at, at + Math.min(size, 16_384))
    if (part.length > 0) records.push(Buffer.concat([Buffer.of(22, 3, 1), withLength(2, part)]))
    at += part.length
  }
  return Buffer.concat(records)
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type >> 8, type & 0xff), withLength(2, content)])
}

function withLength(lengthBytes: number, content: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([length, content])
}
