import type { Socket } from 'node:net'
import type { ExecutionContext } from 'ava'
import { type ScriptedUpstream, startRawUpstream } from './scripted-upstream.ts'

/** A request as the most generous server would read it. */
export interface Executed {
  /** The how manieth. */
  number: number
  requestLine: string
  /** Names in lower case, with `-` for whatever isn't a letter or a digit; each value as it came. */
  headers: [name: string, value: string][]
  body: string
}

export interface LenientUpstream extends ScriptedUpstream {
  /** All that were executed, unless forgotten. */
  executed: Executed[]
}

/**
 * An upstream that takes for a request whatever could be one: bare line feeds, spaces before colons, folded lines, any
 * `Transfer-Encoding` with "chunked" in it, numbers with anything behind. It counts, and tells the count with each answer;
 * `X-Case` comes back as it was. Whatever a gateway smuggles is executed here, and counted.
 */
export async function startLenientUpstream(t: ExecutionContext): Promise<LenientUpstream> {
  const executed: Executed[] = []
  let count = 0
  const upstream = await startRawUpstream(t, (socket) => {
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      for (;;) {
        const read = readRequest(received)
        if (!read) return
        received = received.slice(read.length)
        const request = { ...read.request, number: ++count }
        executed.push(request)
        answer(socket, request)
      }
    })
    socket.on('end', () => socket.end())
  })
  return { ...upstream, executed }
}

/** The identity headers that it arrived with, `name: value` each, in the order of the alphabet. */
export function identityOf({ headers }: Executed): string[] {
  return headers
    .filter(([name]) => /^x-(remote-user-(id|name|display-name)|auth-(client-id|scopes))$/.test(name))
    .map((pair) => pair.join(': '))
    .sort()
}

/** The header by which an answer of this upstream's is known. */
export const EXECUTED = /^x-executed: /gim

function answer(socket: Socket, { number, headers, requestLine }: Executed): void {
  const echoed = headers.find(([name]) => name === 'x-case')?.[1] ?? ''
  // To a directive only an envelope goes on.
  const text = requestLine.includes(' /directives') ? '{}' : 'ok'
  const body = /^head\b/i.test(requestLine) ? '' : text
  socket.write(
    `HTTP/1.1 200 OK\r\nX-Executed: ${number}\r\nX-Case: ${echoed}\r\nContent-Length: 2\r\n\r\n${body}`,
    'latin1',
  )
}

/** @returns undefined while it isn't whole. */
function readRequest(text: string): { request: Omit<Executed, 'number'>; length: number } | undefined {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0
  const end = /\n\r?\n/.exec(text.slice(start))
  if (!end) return undefined
  const bodyStart = start + end.index + end[0].length
  const unfolded = text.slice(start, start + end.index).replace(/\r?\n[ \t]+/g, ' ')
  const [requestLine = '', ...lines] = unfolded.split(/\r?\n/)
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    const name = line
      .slice(0, colon)
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '-')
    return [name, line.slice(colon + 1).trim()]
  })
  const body = readBody(text, bodyStart, headers)
  return body && { request: { requestLine, headers, body: body.text }, length: body.end }
}

function readBody(text: string, start: number, headers: [string, string][]): { text: string; end: number } | undefined {
  const of = (name: string) => headers.filter(([one]) => one === name).map(([, value]) => value)
  if (of('transfer-encoding').some((value) => /chunked/i.test(value))) return readChunks(text, start)
  const length = Number.parseInt(of('content-length')[0] ?? '0', 10) || 0
  const end = start + Math.max(length, 0)
  return end <= text.length ? { text: text.slice(start, end), end } : undefined
}

function readChunks(text: string, start: number): { text: string; end: number } | undefined {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16) || 0
    if (size === 0) {
      // Trailers, up to an empty line.
      const over = /^(?:[^\n]*[^\r\n][^\n]*\n)*\r?\n/.exec(text.slice(lineEnd + 1))
      return over ? { text: body, end: lineEnd + 1 + over[0].length } : undefined
    }
    body += text.slice(lineEnd + 1, lineEnd + 1 + size)
    const after = text.indexOf('\n', lineEnd + 1 + size)
    if (after < 0) return undefined
    at = after + 1
  }
}
