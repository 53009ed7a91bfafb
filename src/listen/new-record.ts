import type { RequestRecord } from '../telemetry/request-record.ts'
import type { Connection } from './connections.ts'
import type { ReaderTools } from './http1-exchange.ts'

/** What could be read of a request. */
export type RequestRead = Pick<RequestRecord, 'protocol' | 'method' | 'host' | 'path' | 'userAgent'>

/** Of a request of which nothing could be read. */
export const NOTHING_READ: RequestRead = { protocol: '', method: '', host: undefined, path: '', userAgent: undefined }

/** The record of a request that begins. @param forwardedFor the values of `X-Forwarded-For`, asked for only where they count. */
export function newRecord(
  connection: Connection,
  tools: ReaderTools,
  { protocol, method, host, path, userAgent }: RequestRead,
  forwardedFor: () => string[],
): RequestRecord {
  const { listener, peer, tlsVersion, serverName } = connection
  const { now, monotonic, newRequestId } = tools
  return {
    id: newRequestId(),
    startedAt: now(),
    startedMonotonic: monotonic(),
    protocol,
    listener,
    peer: peer ?? '',
    address: addressOf(connection, tools, forwardedFor),
    tlsVersion,
    serverName,
    method,
    host,
    path,
    userAgent,
    route: undefined,
    upstream: undefined,
    command: undefined,
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
    ending: undefined,
    duration: undefined,
  }
}

/**
 * Whoever the header of a PROXY protocol names is who has connected, in place of the proxy: what it says in
 * `X-Forwarded-For` counts only where it is a trusted proxy itself. Where the header tells nobody, nobody is believed.
 */
function addressOf(
  { peer, client }: Connection,
  { clientAddress }: ReaderTools,
  forwardedFor: () => string[],
): string | undefined {
  if (client === 'unknown') return undefined
  return clientAddress(typeof client === 'object' ? client.address : peer, forwardedFor)
}
