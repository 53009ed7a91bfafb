import { on } from 'node:events'
import type { ExecutionContext } from 'ava'
import { request } from 'undici'
import { WebSocket } from 'ws'
import {
  type MusicAssistant,
  type MusicAssistantOptions,
  startMusicAssistant,
} from '../../demo/stand-in-music-assistant.ts'

/** A player that every stand-in has. */
export const player = 'echo-kitchen'

/** A stand-in that is closed when the test has ended. */
export async function start(t: ExecutionContext, options?: MusicAssistantOptions): Promise<MusicAssistant> {
  const music = await startMusicAssistant(options)
  t.teardown(() => music.close())
  return music
}

export interface Ask {
  method?: string
  token?: string
  body?: string
  headers?: Record<string, string>
}

export async function ask(
  music: MusicAssistant,
  path: string,
  { method = 'GET', token, body, headers = {} }: Ask = {},
) {
  const authorization = token ? { authorization: `Bearer ${token}` } : undefined
  const answer = await request(music.url + path, { method, body, headers: { ...authorization, ...headers } })
  const { statusCode: status, headers: answerHeaders } = answer
  return { status, headers: answerHeaders, text: await answer.body.text() }
}

/** Sends a command over HTTP. */
export function api(music: MusicAssistant, token: string | undefined, command: string, args?: object) {
  return ask(music, '/api', { method: 'POST', token, body: JSON.stringify({ command, args }) })
}

// biome-ignore lint/suspicious/noExplicitAny: messages are whatever the server says
type Message = any

/** Opens a WebSocket, reads what the server says first, and authenticates if there is a token. */
export async function open(t: ExecutionContext, music: MusicAssistant, token?: string) {
  const socket = new WebSocket(`${music.url.replace('http', 'ws')}/ws`)
  t.teardown(() => socket.terminate())
  const messages = on(socket, 'message', { close: ['close'] })
  socket.on('error', () => {})
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const next = async (): Promise<Message> => {
    const { value } = await messages.next()
    return value && JSON.parse(value[0].toString())
  }
  const say = (message: object) => socket.send(JSON.stringify(message))
  const info = await next()
  if (token) {
    say({ message_id: 'auth', command: 'auth', args: { token } })
    await next()
  }
  return { socket, next, say, info, closed }
}
