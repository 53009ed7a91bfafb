import type { EndpointRequest } from '../http/answer.ts'
import { GatewayError } from '../http/gateway-error.ts'
import type { RequestListener } from '../telemetry/request-record.ts'
import { type Allowed, decide } from './access/access.ts'
import { allowCommand } from './allow-command.ts'
import { answerChallenge, answerRefusal } from './answer-refusal.ts'
import type { Exchange } from './exchange.ts'
import type { Health } from './health.ts'
import { failureOf, heldAnswer, readableHeaders } from './held-answer.ts'
import { heldUpgrade, holdConversation } from './hold-conversation.ts'
import { noteIdentity } from './note-identity.ts'
import { openPendingSignIns } from './pending-sign-ins.ts'
import { refuseAmbiguous, type Target } from './refuse-ambiguous.ts'
import { refuseOwnersPath } from './refuse-owners-path.ts'
import { refuseServiceWorker } from './refuse-service-worker.ts'
import { requireWebSocket } from './require-web-socket.ts'
import { fixedAnswer, redirectAnswer } from './routes/fixed-answers.ts'
import { matchRoute } from './routes/match-route.ts'
import { sendAnswer } from './send-answer.ts'
import type { Site } from './site.ts'
import { credentialsFor, refusalOf } from './upstreams/credentials.ts'
import { forward } from './upstreams/forward.ts'
import type { Outcome } from './upstreams/outcome.ts'
import { ownAuthorization } from './upstreams/own-authorization.ts'
import { tunnel } from './upstreams/tunnel.ts'
import type { Upstream } from './upstreams/upstream.ts'

export interface Tools {
  /** The site that is served now. */
  current: () => Site
  health: () => Health
  onLong: RequestListener['onLong']
}

/** Never rejects: what goes wrong is answered. */
export type ExchangeHandler = (exchange: Exchange) => Promise<void>

/** Of a form; more than the longest authorization request on a consent page comes to. */
const FORM_LIMITS = { limit: 32 * 1024, timeoutMs: 5000 }

/** READ FIRST: what happens to every request and every upgrade, in order, and where it may end. */
export function exchangeHandler({ current, health, onLong }: Tools): ExchangeHandler {
  const pending = openPendingSignIns()
  return async function handleExchange(exchange) {
    const site = current()
    const { record, upgrade } = exchange
    let release: (() => void) | undefined
    const state = health()
    // While stopping, no client may hold on to its connection.
    if (state === 'stopping') exchange.answer.closeConnection()
    try {
      if (state === 'overloaded') throw overloaded() // -> 503
      const target = refuseAmbiguous(exchange, site.headerNames) // -> 400
      const destination = matchRoute(site.routes, exchange.host as string, exchange.method, target.path) // -> 404, 405
      record.route = destination.path
      if (upgrade) requireWebSocket(exchange, upgrade, destination) // -> 400, 403
      if (destination.kind === 'upstream') refuseServiceWorker(exchange) // -> 403
      if (destination.kind === 'upstream' && destination.commands) refuseOwnersPath(exchange, target, destination) // -> 404
      // Before anything is waited for, so that a reload closes no connections that are about to be used.
      if (destination.kind === 'upstream' && !upgrade) release = destination.upstream.lease()

      const decided = decide(destination.access, exchange, site)
      const decision = decided instanceof Promise ? await decided : decided // -> 503 when the store fails
      if (decision.kind === 'answer') return sendAnswer(exchange, decision.answer)
      const held = upgrade && heldUpgrade(upgrade, destination, decision, site)
      if (held) {
        const outcome = await holdConversation(exchange, held, { current, pending, onLong })
        noteReachable(held.destination.upstream, outcome)
        return closeRecord(exchange, outcome) // -> 502, 504
      }
      if (decision.kind === 'challenge') return answerChallenge(exchange, decision) // -> 401, 403
      const { identity } = decision
      if (identity) noteIdentity(record, identity)

      if (destination.kind === 'endpoint')
        return sendAnswer(exchange, await destination.handle(endpointRequest(exchange, target, decision)))
      if (destination.kind === 'redirect') return sendAnswer(exchange, redirectAnswer(destination))
      if (destination.kind === 'respond') return sendAnswer(exchange, fixedAnswer(destination))

      const { upstream, commands } = destination
      record.upstream = upstream.name
      const isJudged = commands !== undefined && !upgrade
      const allowed = isJudged ? await allowCommand(exchange, commands, { destination, target, decision }) : decision
      if (allowed.kind === 'answer') return sendAnswer(exchange, allowed.answer) // -> 400, 401, 403
      exchange.allowed = decision
      const address = record.address ?? record.peer
      const own = decision.session && (await ownAuthorization(destination, exchange, decision, site.accessTokens))
      const found = own ? own.credentials : destination.signsIn && credentialsFor(upstream, identity)
      const credentials = (found instanceof Promise ? await found : found) || undefined // -> 401, 502, 504
      const headers = site.identityHeaders(readableHeaders(exchange.rawHeaders, decision, destination), {
        identity,
        address,
        credentials,
        host: destination.host,
      })
      const request = {
        upstream,
        target: decision.query === undefined ? target : { ...target, query: decision.query },
        headers,
        body: allowed.body,
        sandbox: destination.sandbox,
        refusalOf: (status: number) =>
          (own ? undefined : refusalOf(upstream, identity, status, credentials)) ??
          failureOf(decision, upstream, status),
        answer: heldAnswer(exchange, decision, destination, site),
      }
      const outcome = upgrade
        ? await tunnel(exchange, { ...request, upgrade, onOpen: () => noteOpened(exchange, onLong) })
        : await forward(exchange, request)
      noteReachable(upstream, outcome)
      closeRecord(exchange, outcome) // -> 502, 504
    } catch (error) {
      answerRefusal(exchange, error)
    } finally {
      release?.()
    }
  }
}

function noteReachable(upstream: Upstream, { upstreamStatus, error }: Outcome): void {
  if (upstreamStatus !== undefined || error) upstream.reachable = upstreamStatus !== undefined
}

/** Whoever means well comes again; what is under way goes on. */
function overloaded(): GatewayError {
  return new GatewayError('overloaded', 'more than limits.memory is in RAM', { 'Retry-After': '10' })
}

/** What an endpoint of the gateway's own gets to see. */
function endpointRequest(exchange: Exchange, { query }: Target, { identity, body }: Allowed): EndpointRequest {
  const { headers, record } = exchange
  const readBody = async () => body?.toString() ?? (await exchange.readBody(FORM_LIMITS)).toString('latin1')
  return { query: query.slice(1), headers, address: record.address, identity, readBody }
}

function noteOpened({ record }: Exchange, onLong: RequestListener['onLong']): void {
  record.upgraded = true
  record.status = 101
  onLong(record)
}

/** What became of it goes into the record; where the client got no answer yet, it is told what went wrong. */
function closeRecord(exchange: Exchange, { ending, upstreamStatus, bytesReceived, error }: Outcome): void {
  const { record } = exchange
  // Whoever ended it from here has said why.
  record.ending ??= ending
  record.upstreamStatus = upstreamStatus
  record.bytesReceived = bytesReceived
  if (error) answerRefusal(exchange, error)
}
