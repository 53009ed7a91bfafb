import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Refuses what Node's parser couldn't read at all, or what didn't come in time, and ends the connection.
 * @param underway the answers that aren't finished: half of one must not go on with this refusal.
 */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, underway: ServerResponse[]): void {
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '')
  const begun = underway.filter(({ headersSent }) => headersSent)
  if (!isHttp || begun.some(({ writableEnded }) => !writableEnded)) {
    socket.destroy()
    return
  }
  if (begun.length === 0 && socket.writable) socket.write(refusal(error.code))
  socket.destroySoon()
}

function refusal(code: string | undefined): string {
  const [status, error, sentence] = REFUSALS[code ?? ''] ?? MALFORMED
  const body = JSON.stringify({ error, error_description: sentence })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`
}

const MALFORMED = ['400 Bad Request', 'malformed_request', 'This is not a well-formed HTTP request.'] as const

const REFUSALS: Record<string, readonly [status: string, error: string, sentence: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'malformed_request', 'These headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'The request took too long to arrive.'],
}
