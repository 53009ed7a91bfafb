import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { requestRecord as plainRecord } from '../support/request-record.ts'

/** A call to Music Assistant that went well; with what is different about this one. */
export function requestRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  return plainRecord({
    id: 'r1',
    startedAt: Date.UTC(2026, 6, 28, 12),
    startedMonotonic: 1000,
    peer: '192.0.2.7',
    address: '192.0.2.7',
    serverName: 'dev.example',
    method: 'POST',
    host: 'dev.example:443',
    path: '/api',
    userAgent: 'curl/8.0',
    route: '/api',
    upstream: 'music-assistant',
    upstreamStatus: 200,
    user: 'ada',
    client: 'amazon-alexa',
    grant: 'u.1',
    bytesReceived: 12,
    bytesSent: 3456,
    firstByteAfter: 4.56789,
    duration: 12.3456,
    ...change,
  })
}

/** One by somebody of whom nothing is known, who was refused. */
export function refusedRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  const unknown = { route: undefined, upstream: undefined, upstreamStatus: undefined }
  const nobody = { user: undefined, client: undefined, grant: undefined }
  const refusal = { code: 'unauthorized', detail: 'no access token' }
  return requestRecord({ ...unknown, ...nobody, status: 401, refusal, ending: 'refused', ...change })
}
