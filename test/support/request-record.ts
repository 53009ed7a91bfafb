import type { RequestRecord } from '../../src/telemetry/request-record.ts'

/** The record of a request that was answered, but for what a test says of it. */
export function requestRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: '0123456789-1',
    startedAt: Date.UTC(2026, 10, 24, 12),
    startedMonotonic: 0,
    protocol: 'HTTP/1.1',
    listener: 'https',
    peer: '192.0.2.1',
    address: '192.0.2.1',
    tlsVersion: 'TLSv1.3',
    serverName: 'home.example',
    method: 'GET',
    host: 'home.example',
    path: '/',
    userAgent: undefined,
    route: undefined,
    upstream: undefined,
    upstreamStatus: undefined,
    user: undefined,
    client: undefined,
    grant: undefined,
    status: 200,
    bytesReceived: 0,
    bytesSent: 0,
    firstByteAfter: 1,
    upgraded: false,
    refusal: undefined,
    ending: 'answered',
    duration: 2,
    ...change,
  }
}
