import type { EndpointRequest } from '../http/answer.ts'
import type { Allowed } from './access/access.ts'
import type { Exchange } from './exchange.ts'
import type { Target } from './refuse-ambiguous.ts'

/** Of a form; more than the longest authorization request on a consent page comes to. */
const FORM_LIMITS = { limit: 32 * 1024, timeoutMs: 5000 }

/** What an endpoint of the gateway's own gets to see. */
export function endpointRequest(exchange: Exchange, { query }: Target, { identity, body }: Allowed): EndpointRequest {
  const { headers, record } = exchange
  const readBody = async () => body?.toString() ?? (await exchange.readBody(FORM_LIMITS)).toString('latin1')
  return { query: query.slice(1), headers, address: record.address, identity, readBody }
}
