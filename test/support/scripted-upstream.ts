import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { ExecutionContext } from 'ava'

export interface ScriptedUpstream {
  url: string
  /** The open ones. */
  sockets: Set<Socket>
  server: Server
}

/** An upstream that answers as this test says, where the stand-in for Music Assistant wouldn't. */
export async function startUpstream(t: ExecutionContext, answer: RequestListener): Promise<ScriptedUpstream> {
  return listen(t, createServer({ keepAliveTimeout: 75_000 }, answer))
}

/** An upstream that doesn't even have to speak HTTP. */
export async function startRawUpstream(
  t: ExecutionContext,
  onConnection: (socket: Socket) => void,
): Promise<ScriptedUpstream> {
  return listen(t, createTcpServer(onConnection))
}

/** One that sends these bytes when a request has come, and then does as told with the connection. */
export function startFixedUpstream(
  t: ExecutionContext,
  answer: string,
  andThen: (socket: Socket) => void = () => {},
): Promise<ScriptedUpstream> {
  return startRawUpstream(t, (socket) => {
    socket.once('data', () => socket.write(Buffer.from(answer, 'latin1'), () => andThen(socket)))
  })
}

async function listen(t: ExecutionContext, server: Server): Promise<ScriptedUpstream> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, server }
}
