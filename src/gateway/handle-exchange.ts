import { GatewayError } from '../http/gateway-error.ts'
import type { RequestListener } from '../telemetry/request-record.ts'
import { decide } from './access/access.ts'
import { allowCommand } from './allow-command.ts'
import { answerChallenge, answerRefusal } from './answer-refusal.ts'
import { closeRecord } from './close-record.ts'
import { letOthersRead } from './cors.ts'
import { endpointRequest } from './endpoint-request.ts'
import type { Exchange } from './exchange.ts'
import type { Health } from './health.ts'
import { noteIdentity } from './note-identity.ts'
import { refuseAmbiguous } from './refuse-ambiguous.ts'
import { refuseMisdirected } from './refuse-misdirected.ts'
import { refuseOwnersPath } from './refuse-owners-path.ts'
import { refuseServiceWorker } from './refuse-service-worker.ts'
import { heldUpgrade, holdConversation } from './relay/hold-conversation.ts'
import { openPendingSignIns } from './relay/pending-sign-ins.ts'
import { requireWebSocket } from './require-web-socket.ts'
import { fixedAnswer, redirectAnswer } from './routes/fixed-answers.ts'
import { matchMethod, matchPath } from './routes/match-route.ts'
import { sendAnswer } from './send-answer.ts'
import type { Site } from './site.ts'
import { upstreamRequest } from './upstream-request.ts'
import { forward } from './upstreams/forward.ts'
import { tunnel } from './upstreams/tunnel.ts'

export interface Tools {
  /** The site that is served now. */
  current: () => Site
  health: () => Health
  onLong: RequestListener['onLong']
}

/** Never rejects: what goes wrong is answered. */
export type ExchangeHandler = (exchange: Exchange) => Promise<void>

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
      refuseMisdirected(exchange) // -> 421
      const found = matchPath(site.routes, exchange.host as string, target.path) // -> 404
      const preflight = letOthersRead(exchange, found)
      if (preflight) return sendAnswer(exchange, preflight) // -> 204
      const destination = matchMethod(found, exchange.method, target.path) // -> 405
      record.route = destination.path
      if (upgrade) requireWebSocket(exchange, upgrade, destination) // -> 400, 403
      if (destination.kind === 'upstream') {
        refuseServiceWorker(exchange) // -> 403
        if (destination.commands) refuseOwnersPath(exchange, target, destination) // -> 404
        // Before anything is waited for, so that a reload closes no connections that are about to be used.
        if (!upgrade) release = destination.upstream.lease()
      }

      const decided = decide(destination.access, exchange, site)
      const decision = decided instanceof Promise ? await decided : decided // -> 503 when the store fails
      if (decision.kind === 'answer') return sendAnswer(exchange, decision.answer)
      const held = upgrade && heldUpgrade(upgrade, destination, decision, site)
      if (held) {
        const outcome = await holdConversation(exchange, held, { current, pending, onLong })
        return closeRecord(exchange, held.destination.upstream, outcome) // -> 502, 504
      }
      if (decision.kind === 'challenge') return answerChallenge(exchange, decision) // -> 401, 403
      const { identity } = decision
      if (identity) noteIdentity(record, identity)

      if (destination.kind === 'endpoint')
        return sendAnswer(exchange, await destination.handle(endpointRequest(exchange, target, decision), target.path))
      if (destination.kind === 'redirect') return sendAnswer(exchange, redirectAnswer(destination))
      if (destination.kind === 'respond') return sendAnswer(exchange, fixedAnswer(destination))

      const { upstream, commands } = destination
      record.upstream = upstream.name
      const isJudged = commands !== undefined && !upgrade
      const allowed = isJudged
        ? await allowCommand(exchange, commands, { destination, target, decision, site })
        : decision
      if (allowed.kind === 'answer') return sendAnswer(exchange, allowed.answer) // -> 400, 401, 403
      exchange.allowed = decision
      const made = upstreamRequest(exchange, { destination, target, allowed }, site)
      const request = made instanceof Promise ? await made : made // -> 401, 502, 504
      const outcome = upgrade
        ? await tunnel(exchange, { ...request, upgrade, onOpen: () => noteOpened(exchange, onLong) })
        : await forward(exchange, request)
      closeRecord(exchange, upstream, outcome) // -> 502, 504
    } catch (error) {
      answerRefusal(exchange, error)
    } finally {
      release?.()
    }
  }
}

/** Whoever means well comes again; what is under way goes on. */
function overloaded(): GatewayError {
  return new GatewayError('overloaded', 'more than limits.memory is in RAM', { 'Retry-After': '10' })
}

function noteOpened({ record }: Exchange, onLong: RequestListener['onLong']): void {
  record.upgraded = true
  record.status = 101
  onLong(record)
}
