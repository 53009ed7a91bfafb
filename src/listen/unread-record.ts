import type { RequestRecord } from '../telemetry/request-record.ts'
import type { Connection } from './connections.ts'
import type { ReaderTools } from './http1-exchange.ts'

/** Of a request of which nothing could be read. */
export function unreadRecord(
  { listener, peer, tlsVersion, serverName }: Connection,
  { now, monotonic, newRequestId, clientAddress }: ReaderTools,
): RequestRecord {
  return {
    id: newRequestId(),
    startedAt: now(),
    startedMonotonic: monotonic(),
    protocol: '',
    listener,
    peer: peer ?? '',
    // Nothing was read that a trusted proxy could have said.
    address: clientAddress(peer, () => []),
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
