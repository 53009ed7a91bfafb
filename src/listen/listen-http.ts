import { createServer } from 'node:http'
import type { Address } from '../config/schema.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { type Listener, type ListenTools, listen, SERVER_LIMITS } from './listener.ts'

/** A listener without TLS. @throws Error of Node's, when the address can't be listened on. */
export function listenHttp(
  address: Address,
  tools: ListenTools,
  kind: Exclude<RequestRecord['listener'], 'https'> = 'http',
): Promise<Listener> {
  return listen(createServer(SERVER_LIMITS), kind, address, tools)
}
