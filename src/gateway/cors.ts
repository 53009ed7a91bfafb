import type { Answer } from '../http/answer.ts'
import { rawHeader, rawHeaderValues } from '../http/raw-headers.ts'
import type { Exchange } from './exchange.ts'
import type { Destination } from './routes/destination.ts'

/** Pages of any origin, or of these; none of them with cookies or a certificate. */
export type Readers = '*' | ReadonlySet<string>

/**
 * Besides what every page may read of an answer. The asterisk is for the headers of upstreams, which have no say here;
 * it never stands for `Set-Cookie`.
 */
const EXPOSED = ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After, Mcp-Session-Id, *']

/** Seconds. What a reload takes away, browsers have forgotten then; who may read an answer is decided at each. */
const PREFLIGHT_KEPT_SECONDS = '600'

/**
 * Decides which pages of other origins may read what this request is answered, whatever that will be. A request that asks
 * whether another one may be made is answered without credentials, as browsers send none with it.
 * @param found what takes the requests for its path.
 * @returns the answer to a preflight; undefined for any other request, and where no route has a say.
 * @see Fetch, sections "CORS protocol" and "CORS-preflight fetch"
 */
export function letOthersRead(exchange: Exchange, found: Destination[]): Answer | undefined {
  if (!found.some(({ cors }) => cors)) return undefined
  const takes = (method: string) => found.find(({ methods }) => methods.includes(method))
  // Whatever is said of it below, the upstream of such a route says nothing.
  if (takes(exchange.method)?.cors) exchange.corsHeaders = []
  // WebSockets know no CORS: `requireWebSocket` looks at whose page opens one.
  if (exchange.upgrade) return undefined
  const origins = rawHeaderValues(exchange.rawHeaders, 'origin')
  const planned = origins.length > 0 ? plannedMethod(exchange) : undefined
  const destination = takes(planned ?? exchange.method) ?? found.find(({ cors }) => cors)
  if (destination?.cors === undefined) return undefined
  exchange.corsHeaders = headersFor(destination.cors, origins)
  if (planned === undefined) return undefined
  exchange.record.route = destination.path
  const headers = mayRead(destination.cors, origins) ? preflightHeaders(exchange, found, origins) : {}
  return { status: 204, headers, body: '' }
}

/** Of the request that a page wants to make next, if this one asks whether it may. */
function plannedMethod({ method, rawHeaders }: Exchange): string | undefined {
  return method === 'OPTIONS' ? rawHeader(rawHeaders, 'access-control-request-method') : undefined
}

/** Whoever keeps an answer for others is told where it isn't the same for all. */
function headersFor(readers: Readers, origins: string[]): string[] {
  if (readers === '*') return ['Access-Control-Allow-Origin', '*', ...EXPOSED]
  const vary = ['Vary', 'Origin']
  if (!mayRead(readers, origins)) return vary
  return ['Access-Control-Allow-Origin', origins[0] as string, ...EXPOSED, ...vary]
}

function mayRead(readers: Readers, origins: string[]): boolean {
  return readers === '*' || (origins.length === 1 && readers.has(origins[0] as string))
}

/** All methods that such a page may use here, and the headers that it asks for: what they may say is judged when they come. */
function preflightHeaders({ rawHeaders }: Exchange, found: Destination[], origins: string[]): Answer['headers'] {
  const open = found.filter(({ cors }) => cors !== undefined && mayRead(cors, origins))
  const names = rawHeader(rawHeaders, 'access-control-request-headers') ?? ''
  return {
    'Access-Control-Allow-Methods': open.flatMap(({ methods }) => methods).join(', '),
    ...(HEADER_NAMES.test(names) && { 'Access-Control-Allow-Headers': names }),
    'Access-Control-Max-Age': PREFLIGHT_KEPT_SECONDS,
  }
}

/** A list of them, no longer than a page has need of. @see RFC 9110 section 5.6.2 */
const HEADER_NAMES = /^(?=.{1,1000}$)[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/
