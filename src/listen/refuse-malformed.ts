import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { GATEWAY_ERRORS } from '../http/gateway-error.ts'

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

function refusal(parserError = ''): string {
  const [code, sentence] = REFUSALS[parserError] ?? MALFORMED
  const { status } = GATEWAY_ERRORS[code]
  const body = JSON.stringify({ error: code, error_description: sentence })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${body}`
}

type CodeAndSentence = readonly [code: keyof typeof GATEWAY_ERRORS, sentence: string]

const MALFORMED: CodeAndSentence = ['malformed_request', 'This is not a well-formed HTTP request.']

const REFUSALS: Record<string, CodeAndSentence> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'These headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to arrive.'],
}
