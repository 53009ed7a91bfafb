import type { Allowed } from './access/access.ts'
import type { Exchange } from './exchange.ts'
import { failureOf, heldAnswer, readableHeaders } from './held-answer.ts'
import type { Target } from './refuse-ambiguous.ts'
import type { UpstreamDestination } from './routes/destination.ts'
import type { Site } from './site.ts'
import { credentialsFor, refusalOf } from './upstreams/credentials.ts'
import type { ForwardRequest } from './upstreams/forward.ts'
import { ownAuthorization } from './upstreams/own-authorization.ts'

/** A request that has been let in, and where it goes. */
export interface LetIn {
  destination: UpstreamDestination
  target: Target
  allowed: Allowed
}

/**
 * What goes to the upstream for whoever was let in: in whose name, with which headers, and what its answer means. No
 * promise where nobody has to be asked, as for most requests.
 * @throws GatewayError upstream_refused_person, upstream_refused_gateway, bad_gateway, gateway_timeout; StorageError
 */
export function upstreamRequest(
  exchange: Exchange,
  letIn: LetIn,
  site: Site,
): ForwardRequest | Promise<ForwardRequest> {
  const { destination, allowed } = letIn
  const { upstream, signsIn, passAuthorization } = destination
  const request = (credentials: string | undefined, isOwn = false) =>
    requestOf(exchange, letIn, site, { credentials, isOwn })
  const isInPerson = allowed.session !== undefined || allowed.certificate !== undefined
  if (passAuthorization && isInPerson)
    return ownAuthorization(exchange, site.accessTokens).then((own) => request(own, true))
  const found = signsIn ? credentialsFor(upstream, allowed.identity) : undefined
  return found instanceof Promise ? found.then((credentials) => request(credentials)) : request(found)
}

interface UpstreamCredentials {
  /** The value of `Authorization`. */
  credentials: string | undefined
  /** Whether the person's own page has said so: what the upstream makes of it is between those two. */
  isOwn: boolean
}

function requestOf(
  exchange: Exchange,
  { destination, target, allowed }: LetIn,
  site: Site,
  { credentials, isOwn }: UpstreamCredentials,
): ForwardRequest {
  const { upstream, host, sandbox } = destination
  const { identity, query, body } = allowed
  const { record, rawHeaders } = exchange
  const address = record.address ?? record.peer
  return {
    upstream,
    target: query === undefined ? target : { ...target, query },
    headers: site.identityHeaders(readableHeaders(rawHeaders, allowed, destination), {
      identity,
      address,
      credentials,
      host,
    }),
    body,
    sandbox,
    refusalOf: (status) =>
      (isOwn ? undefined : refusalOf(upstream, identity, status, credentials)) ?? failureOf(allowed, upstream, status),
    answer: heldAnswer(exchange, allowed, destination, site),
  }
}
