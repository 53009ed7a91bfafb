import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { GATEWAY_ERRORS } from '../http/gateway-error.ts'
import { isProxyHeader } from '../net/proxy-header.ts'
import { CONNECTION_CUTS } from '../telemetry/connection-cuts.ts'
import type { Connection, ConnectionTools } from './connections.ts'
import { NOTHING_READ, newRecord } from './new-record.ts'
import { strictTransport } from './strict-transport.ts'
import type { ParseError } from './turns.ts'

type Code = 'malformed_request' | 'headers_too_large' | 'request_timeout'

const CODES: Record<string, Code> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/**
 * Refuses what Node's parser couldn't read at all, or what didn't come in time, and ends the connection. A request that
 * came before, and was whole, is answered first.
 */
export function refuseMalformed(
  error: ParseError,
  socket: Socket,
  connection: Connection,
  tools: ConnectionTools,
): void {
  const { exchange, turns } = connection
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '')
  if (!isHttp || (exchange && error.code === 'HPE_INVALID_EOF_STATE')) {
    // Its own end of the connection has gone.
    socket.destroy()
    return
  }
  // The client was told, or has said itself, that nothing follows: so nothing that follows is looked at.
  if (!socket.writable || error.code === 'HPE_CLOSED_CONNECTION') return
  // A request whose headers had been read has its record already.
  const isRest = exchange?.complete === false
  if (!isRest && turns.isTaken) {
    turns.wait(() => refuseMalformed(error, socket, connection, tools))
    return
  }

  const code = CODES[error.code ?? ''] ?? 'malformed_request'
  const isTold = !exchange?.answer.begun
  const { status, body, text } = refusalOf(code, strictTransport(connection, tools))
  if (isTold) socket.write(text)

  const note = { code, detail: detailOf(error) }
  const told = isTold ? { status, bytesSent: body.length } : {}
  // Half of an answer must not go on with this refusal.
  const isAnswering = exchange?.answer.begun && !exchange.answer.ended
  if (exchange && !exchange.answer.ended) {
    exchange.abandon(note, isAnswering && code === 'request_timeout' ? 'timed out' : 'refused', told)
  }
  if (!isRest && connection.answeredEarly?.complete !== false) {
    // Nothing was read that a trusted proxy could have said.
    const record = newRecord(connection, tools, NOTHING_READ, () => [])
    tools.onEnd({ ...record, ending: 'refused', duration: 0, refusal: note, ...told })
  }
  if (isAnswering) socket.destroy()
  else socket.destroySoon()
}

/** A proxy begins with this where it was told to, and its owner has not told the gateway. */
function detailOf({ message, rawPacket }: ParseError): string {
  return rawPacket && isProxyHeader(rawPacket) ? CONNECTION_CUTS['unread proxy header'] : message
}

function refusalOf(code: Code, always: readonly string[]) {
  const { status, sentence } = GATEWAY_ERRORS[code]
  const body = JSON.stringify({ error: code, error_description: sentence })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  const more = always.length > 0 ? `\r\n${always.join(': ')}` : ''
  return { status, body, text: `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}${more}\r\n\r\n${body}` }
}
