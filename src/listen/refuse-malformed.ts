import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { GATEWAY_ERRORS } from '../http/gateway-error.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { Connection, ConnectionTools } from './connections.ts'

/** Refuses what Node's parser couldn't read at all, or what didn't come in time, and ends the connection. */
export function refuseMalformed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  connection: Connection,
  tools: ConnectionTools,
): void {
  const isHttp = /^(HPE|ERR_HTTP)_/.test(error.code ?? '')
  // Half of an answer must not go on with this refusal.
  const begun = connection.exchanges.filter(({ answer }) => answer.begun)
  if (!isHttp || begun.some(({ answer }) => !answer.ended)) {
    socket.destroy()
    return
  }
  const code = REFUSALS[error.code ?? ''] ?? 'malformed_request'
  const { status, sentence } = GATEWAY_ERRORS[code]
  const isAnswered = begun.length === 0 && socket.writable
  if (isAnswered) socket.write(refusal(status, code, sentence))
  socket.destroySoon()
  const refused = { status: isAnswered ? status : undefined, refusal: { code, detail: error.message } }
  tools.onEnd({ ...unreadRecord(connection, tools), ...refused })
}

function refusal(status: number, code: string, sentence: string): string {
  const body = JSON.stringify({ error: code, error_description: sentence })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${body}`
}

/** By what Node's parser calls it. */
const REFUSALS: Record<string, keyof typeof GATEWAY_ERRORS> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** Of a request of which nothing could be read. */
function unreadRecord(connection: Connection, { now, monotonic, newRequestId }: ConnectionTools): RequestRecord {
  const { listener, peer, tlsVersion, serverName } = connection
  return {
    id: newRequestId(),
    startedAt: now(),
    startedMonotonic: monotonic(),
    protocol: '',
    listener,
    peer: peer ?? '',
    // Nothing was read that a trusted proxy could have said.
    address: peer,
    tlsVersion,
    serverName,
    method: '',
    host: undefined,
    path: '',
    userAgent: undefined,
    route: undefined,
    upstream: undefined,
    upstreamStatus: undefined,
    user: undefined,
    client: undefined,
    grant: undefined,
    status: undefined,
    bytesReceived: 0,
    bytesSent: 0,
    firstByteAfter: undefined,
    upgraded: false,
    refusal: undefined,
    ending: 'refused',
    duration: 0,
  }
}
