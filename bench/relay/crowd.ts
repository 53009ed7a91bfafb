import { once } from 'node:events'
import { WebSocket } from 'ws'

/** Clients as phones are: no header, the token in the first message. */
export interface Crowd {
  /** Each client sends so many commands, one after the other. @returns how many were answered. */
  ask: (times: number, command: string, args?: object) => Promise<number>
  close: () => Promise<void>
}

export async function gather(
  count: number,
  { port, ca, token, deflate }: { port: number; ca: string; token: string; deflate: boolean },
): Promise<Crowd> {
  const sockets: WebSocket[] = []
  for (let i = 0; i < count; i++) sockets.push(await signIn())

  async function signIn(): Promise<WebSocket> {
    const perMessageDeflate = deflate && { threshold: 0 }
    const socket = new WebSocket(`wss://localhost:${port}/ws`, { ca, perMessageDeflate })
    await once(socket, 'message')
    await answered(socket, 'auth', { token })
    return socket
  }

  return {
    async ask(times, command, args = {}) {
      await Promise.all(
        sockets.map(async (socket) => {
          for (let i = 0; i < times; i++) await answered(socket, command, args)
        }),
      )
      return times * sockets.length
    },
    async close() {
      const closed = sockets.map((socket) => once(socket, 'close'))
      for (const socket of sockets) socket.close()
      await Promise.all(closed)
    },
  }
}

/** @throws Error when it is refused. */
async function answered(socket: WebSocket, command: string, args: object): Promise<void> {
  const message_id = crypto.randomUUID()
  socket.send(JSON.stringify({ message_id, command, args }))
  for (;;) {
    const [data] = await once(socket, 'message')
    const answer = JSON.parse(String(data))
    if (answer.message_id !== message_id) continue
    if (answer.error_code !== undefined) throw new Error(`${command}: ${answer.error_code} ${answer.details}`)
    return
  }
}
