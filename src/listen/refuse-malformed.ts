import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { GATEWAY_ERRORS } from '../http/gateway-error.ts'
import type { RefusalNote, RequestRecord } from '../telemetry/request-record.ts'
import type { Connection, ConnectionTools } from './connections.ts'
import { NOTHING_READ, newRecord } from './new-record.ts'

type Code = 'malformed_request' | 'headers_too_large' | 'request_timeout'

const CODES: Record<string, Code> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** Refuses what Node's parser couldn't read at all, or what didn't come in time, and ends the connection. */
export function refuseMalformed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  connection: Connection,
  tools: ConnectionTools,
): void {
  const { exchanges } = connection
  // A request whose headers had been read has its record already.
  const isRest = exchanges.at(-1)?.complete === false
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '')
  if (!isHttp || (isRest && error.code === 'HPE_INVALID_EOF_STATE')) {
    // Its own end of the connection has gone.
    socket.destroy()
    return
  }
  const code = CODES[error.code ?? ''] ?? 'malformed_request'
  // Half of an answer must not go on with this refusal.
  const isAnswering = exchanges.some(({ answer }) => answer.begun && !answer.ended)
  const isAnswered = socket.writable && !exchanges.some(({ answer }) => answer.begun)
  const { status, body, text } = refusalOf(code)
  if (isAnswered) socket.write(text)

  const note = { code, detail: error.message }
  const told = isAnswered ? { status, bytesSent: body.length } : {}
  const isTaken = abandonExchanges(connection, note, told)
  if (!isRest && !connection.hasRest) {
    // Nothing was read that a trusted proxy could have said.
    const record = newRecord(connection, tools, NOTHING_READ, () => [])
    tools.onEnd({ ...record, ending: 'refused', duration: 0, refusal: note, ...(!isTaken && told) })
  }
  if (isAnswering) socket.destroy()
  else socket.destroySoon()
}

/** What is under way on the connection ends with it. @returns whether the client takes the refusal for its answer. */
function abandonExchanges({ exchanges }: Connection, note: RefusalNote, told: Partial<RequestRecord>): boolean {
  const unanswered = exchanges.filter(({ answer }) => !answer.ended)
  for (const [i, exchange] of unanswered.entries()) {
    const isLate = note.code === 'request_timeout' && exchange.answer.begun
    exchange.abandon(note, isLate ? 'timed out' : 'refused', i === 0 ? told : {})
  }
  return unanswered.length > 0
}

function refusalOf(code: Code) {
  const { status, sentence } = GATEWAY_ERRORS[code]
  const body = JSON.stringify({ error: code, error_description: sentence })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  return { status, body, text: `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${body}` }
}
