import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AudioServer {
  url: string
  /** What was asked for, method and target as they came, the latest last. */
  requests: string[]
  headers: IncomingMessage['headers'][]
  /** Tracks that somebody has skipped by `/command/`. */
  skipped: number
  /** Streams that are being sent at this moment. */
  playing: number
  /** Resolves once that holds; it is looked at whenever something happens. */
  until: (condition: () => boolean) => Promise<void>
  close: () => Promise<void>
}

/** Of a stream that goes on until its client leaves. */
const CHUNK = Buffer.alloc(4096, 'music ')
const PIECE_EVERY_MS = 20

/** A stand-in for Music Assistant's port of audio, which asks nobody for anything: 8097 there, a free one here. */
export async function startAudioServer(): Promise<AudioServer> {
  const waiting = new Set<() => void>()
  const happened = () => {
    for (const look of waiting) look()
  }
  const audio = { requests: [] as string[], headers: [] as IncomingMessage['headers'][], skipped: 0, playing: 0 }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request
    audio.requests.push(`${method} ${url}`)
    audio.headers.push(request.headers)
    const [path = ''] = url.split('?', 1)
    if (/^\/(flow|single)\/[^/]+\/[^/]+(\/[^/]+)?\/[^/]+\.[a-z0-9]+$/.test(path)) play(method, response)
    else if (/^\/command\/[^/]+\/[^/]+\.mp3$/.test(path)) {
      audio.skipped++
      response.end()
    } else if (path === '/imageproxy') fetchPicture(url, response)
    else response.writeHead(404).end()
    happened()
  }

  function play(method: string, response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'audio/mpeg',
      'Accept-Ranges': 'none',
      'Cache-Control': 'no-cache',
      Connection: 'close',
    })
    if (method === 'HEAD') {
      response.end()
      return
    }
    audio.playing++
    const timer = setInterval(() => response.write(CHUNK), PIECE_EVERY_MS)
    response.write(CHUNK)
    response.on('close', () => {
      clearInterval(timer)
      audio.playing--
      happened()
    })
  }

  /** Fetches any address, as servers before schema 31 do; here only this server itself is called. */
  function fetchPicture(url: string, response: ServerResponse): void {
    const path = new URLSearchParams(url.slice(url.indexOf('?'))).get('path') ?? ''
    if (decodeURIComponent(path).includes('/command/')) audio.skipped++
    response.writeHead(200, { 'Content-Type': 'image/png' }).end('picture')
  }

  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(audio, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    until(condition: () => boolean): Promise<void> {
      return new Promise((resolve) => {
        const look = () => {
          if (!condition()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  })
}
