import { isProxyHeader } from '../net/proxy-header.ts'
import type { Guarded } from './guarded.ts'

const REQUEST_LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PRI) /

const WORDS = `This is the port for TLS, and that was HTTP without it. Use https://.
Is a proxy of yours in front? Then either it connects with https:// too, or it ends TLS itself: then give it the port of
listen.plain, and write its address into listen.trusted_proxies.
`

const ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${Buffer.byteLength(WORDS)}`,
  'Connection: close',
  '',
  WORDS,
].join('\r\n')

/** To whoever begins a connection with anything but TLS where TLS is spoken. @param begun what came first. */
export function answerNoTls({ socket, cut, tell }: Guarded, begun: Buffer): void {
  if (REQUEST_LINE.test(begun.toString('latin1', 0, 8))) {
    tell('no tls')
    socket.write(ANSWER)
    socket.destroySoon()
  } else cut(isProxyHeader(begun) ? 'unread proxy header' : 'silent')
}
