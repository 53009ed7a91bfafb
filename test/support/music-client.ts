import { once } from 'node:events'
import type { ExecutionContext } from 'ava'
import { type ClientOptions, WebSocket } from 'ws'
import type { TestHouse } from './gateway.ts'

export type Json = Record<string, unknown>

/** A client of Music Assistant's `/ws`, before the gateway. */
export interface MusicClient {
  socket: WebSocket
  /** The next message, parsed. */
  next: () => Promise<Json>
  say: (message: Json | string) => void
  /** Sends a command, and reads until its answer has come. */
  ask: (command: string, args?: Json) => Promise<Json>
  /** How it was closed. */
  closed: Promise<{ code: number; reason: string }>
}

/** Opens a WebSocket through the gateway; resolves when it is open. @param token for the header, if it sends one. */
export async function openMusicClient(
  t: ExecutionContext,
  house: Pick<TestHouse, 'port' | 'ca'>,
  { token, ...options }: ClientOptions & { token?: string } = {},
): Promise<MusicClient> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const settings: ClientOptions = { perMessageDeflate: false, ca: house.ca, headers, ...options }
  const socket = new WebSocket(`wss://localhost:${house.port}/ws`, settings)
  t.teardown(() => socket.terminate())
  const messages: Json[] = []
  const failed = new Promise<never>((_, reject) => socket.once('error', reject))
  failed.catch(() => {})
  socket.on('error', () => {})
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  let ids = 0
  const say = (message: Json | string) => socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  async function next(): Promise<Json> {
    while (messages.length === 0) {
      const came = once(socket, 'message')
      const end = closed.then(({ code, reason }) => {
        throw new Error(`closed with ${code} ${reason}`)
      })
      end.catch(() => {})
      await Promise.race([came, end])
    }
    return messages.shift() as Json
  }
  async function ask(command: string, args?: Json): Promise<Json> {
    const message_id = `id-${++ids}`
    say({ message_id, command, ...(args && { args }) })
    for (;;) {
      const answer = await next()
      if (answer.message_id === message_id) return answer
    }
  }
  await Promise.race([once(socket, 'open'), failed])
  return { socket, next, say, ask, closed }
}

/** The stand-in as an upstream whose commands are judged. */
export function asMusicAssistant({ upstreams }: { upstreams: { 'music-assistant': object } }): void {
  Object.assign(upstreams['music-assistant'], { kind: 'music-assistant' })
}
