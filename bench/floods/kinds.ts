import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'

/** How a client behaves that means no good. */
export const KINDS = {
  silent: async (socket: Socket) => {
    socket.pause()
  },
  'half handshake': async (socket: Socket) => {
    socket.write(await clientHello())
    socket.pause()
  },
  dribbling: async (socket: Socket) => {
    const tls = await handshake(socket)
    tls.write(request('POST /open/sink', 'Content-Length: 1000000'))
    const timer = setInterval(() => tls.write('x'), 1000)
    tls.resume().once('close', () => clearInterval(timer))
  },
  'not reading': async (socket: Socket) => {
    const tls = await handshake(socket)
    tls.write(request('GET /open/big'), () => {
      tls.pause()
      socket.pause()
    })
  },
  pipelining: async (socket: Socket) => {
    const tls = await handshake(socket)
    tls.write(request('GET /open/small').repeat(100))
    tls.resume()
  },
  'refused upgrade': async (socket: Socket) => {
    const tls = await handshake(socket)
    tls.write(request('GET /health', 'Connection: Upgrade\r\nUpgrade: websocket'))
    await Promise.race([once(tls, 'data'), once(tls, 'close')])
    tls.write('x')
    tls.pause()
  },
}

export type Kind = keyof typeof KINDS

/** Connects so many, each from an address of its own where that is wanted, and keeps them for as long as it can. */
export async function flood(kind: Kind, { port, clients, from }: { port: number; clients: number; from: string }) {
  let open = 0
  for (let begun = 0; begun < clients; begun += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, clients - begun) }, async (_, i) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: addressOf(from, begun + i), allowHalfOpen: true })
      socket.on('error', () => {}).on('close', () => open--)
      open++
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {})
      if (!socket.destroyed) KINDS[kind](socket).catch(() => {})
    })
    await Promise.all(batch)
  }
  return { open: () => open }
}

/** So many connect at once. */
const BATCH = 100

function addressOf(from: string, i: number): string {
  if (from === 'own') return '127.0.0.1'
  return from === 'one' ? '127.1.1.1' : `127.2.${i >> 8}.${i & 255}`
}

async function handshake(socket: Socket): Promise<TLSSocket> {
  // Whom it talks to is of no interest to a flood.
  const tls = connectTls({ socket, servername: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  tls.on('error', () => {})
  await Promise.race([once(tls, 'secureConnect'), once(tls, 'close').then(() => Promise.reject(new Error('closed')))])
  return tls
}

let hello: Promise<Buffer> | undefined

/** The first packet of a client, which may be anybody's. */
function clientHello(): Promise<Buffer> {
  hello ??= new Promise((resolve) => {
    const listener = new Duplex({ read() {}, write: (chunk) => resolve(chunk) })
    connectTls({ socket: listener, servername: 'localhost' }).on('error', () => {})
  })
  return hello
}

function request(line: string, headers = 'Accept: */*'): string {
  return `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`
}
