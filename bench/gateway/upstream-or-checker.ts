import { createServer, type Socket } from 'node:net'
import { parseArgs } from 'node:util'

// With a token, the checker that nginx and Caddy ask about tokens; without, the upstream of all contenders. Both answer
// from memory and read no more of HTTP than they must, so that they aren't what is measured.

const { values } = parseArgs({ options: { port: { type: 'string' }, token: { type: 'string' } } })

const players = JSON.stringify({ players: [1, 2, 3].map((id) => ({ id, name: `Player ${id}`, state: 'playing' })) })
const ANSWER = json('200 OK', players.padEnd(200))
const ALLOWED = json('200 OK', '', 'X-Remote-User-Id: u1\r\n')
const REFUSED = json('401 Unauthorized', '{"error":"invalid_token"}', 'WWW-Authenticate: Bearer\r\n')

function json(status: string, body: string, headers = ''): string {
  const framing = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  return `HTTP/1.1 ${status}\r\n${framing}${headers}\r\n${body}`
}

/** For the check before the measuring: who the upstream believes is calling. */
function upstreamAnswer(head: string): string {
  if (!/^GET \S*\/whoami /.test(head)) return ANSWER
  const user = /\r\nx-remote-user-id: *([^\r]+)/i.exec(head)?.[1] ?? null
  return json('200 OK', JSON.stringify({ user, authorization: /\r\nauthorization:/i.test(head) }))
}

const tokens = new Set([values.token])

function checkerAnswer(head: string): string {
  return tokens.has(/\r\nauthorization: *bearer +([^\r]+)/i.exec(head)?.[1]) ? ALLOWED : REFUSED
}

function serve(port: string | undefined, answer: (head: string) => string): void {
  const server = createServer((socket: Socket) => {
    let received = ''
    socket.setNoDelay(true).setEncoding('latin1')
    socket.on('error', () => socket.destroy())
    socket.on('data', (text: string) => {
      received += text
      while (received) {
        const end = received.indexOf('\r\n\r\n') + 4
        if (end < 4) return
        const head = received.slice(0, end)
        const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        if (received.length < end + length) return
        received = received.slice(end + length)
        socket.write(answer(head), 'latin1')
      }
    })
  })
  server.listen(Number(port), '127.0.0.1')
}

serve(values.port, values.token === undefined ? upstreamAnswer : checkerAnswer)
