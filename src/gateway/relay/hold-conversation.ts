import { GatewayError } from '../../http/gateway-error.ts'
import type { RequestListener } from '../../telemetry/request-record.ts'
import { type Allowed, type Decision, decideToken, takesTokenLater } from '../access/access.ts'
import type { Exchange, UpgradeRequest } from '../exchange.ts'
import { noteIdentity } from '../note-identity.ts'
import type { Destination, UpstreamDestination } from '../routes/destination.ts'
import type { Site } from '../site.ts'
import { credentialsFor, refusalOf } from '../upstreams/credentials.ts'
import type { Outcome } from '../upstreams/outcome.ts'
import type { MessageProtocol } from './conversation.ts'
import type { PendingSignIns } from './pending-sign-ins.ts'
import { relay } from './relay.ts'

/** An upgrade whose messages the gateway reads. */
export interface HeldUpgrade {
  upgrade: UpgradeRequest
  destination: UpstreamDestination
  protocol: MessageProtocol
  /** Undefined for whoever has yet to sign in. */
  allowed: Allowed | undefined
}

/** @returns undefined for an upgrade that is passed on as it is, or not at all. */
export function heldUpgrade(
  upgrade: UpgradeRequest,
  destination: Destination,
  decision: Decision,
  { protocols }: Site,
): HeldUpgrade | undefined {
  const protocol = destination.kind === 'upstream' ? protocols.get(destination.upstream) : undefined
  if (destination.kind !== 'upstream' || !protocol) return undefined
  if (decision.kind === 'allow') return { upgrade, destination, protocol, allowed: decision }
  const isLate = decision.kind === 'challenge' && takesTokenLater(destination.access, decision)
  return isLate ? { upgrade, destination, protocol, allowed: undefined } : undefined
}

export interface ConversationTools {
  /** The site that is served now: a client may sign in when another one is. */
  current: () => Site
  pending: PendingSignIns
  onLong: RequestListener['onLong']
}

/** Relays a WebSocket message by message. @throws GatewayError not_found, and as `relay` does */
export async function holdConversation(
  exchange: Exchange,
  { upgrade, destination, protocol, allowed }: HeldUpgrade,
  { current, pending, onLong }: ConversationTools,
): Promise<Outcome> {
  const { upstream, access, host } = destination
  const { record } = exchange
  // Nothing else is let through unread: its other WebSockets are none of these conversations.
  if (!protocol.paths.test(record.path)) throw new GatewayError('not_found', `no WebSocket of ${upstream.name}`)
  const address = record.address ?? record.peer
  record.upstream = upstream.name
  return relay(exchange, {
    ...{ upgrade, upstream, protocol, allowed },
    decideToken: (token) => decideToken(access, token, exchange, current()),
    async letIn(who) {
      exchange.allowed = who
      const { identity } = who
      if (identity) noteIdentity(record, identity)
      const credentials = destination.signsIn ? await credentialsFor(upstream, identity) : undefined
      if (credentials === undefined) {
        const nobody = `${upstream.name}: nobody can be signed in there whom nobody has signed in here`
        throw refusalOf(upstream, identity, 401, undefined) ?? new GatewayError('upstream_refused_gateway', nobody)
      }
      return {
        headers: current().identityHeaders(exchange.rawHeaders, { identity, address, credentials, host }),
        credentials,
        refusalOf: (status) => refusalOf(upstream, identity, status, credentials),
      }
    },
    admitStranger: (giveWay) => pending.admit(address, giveWay),
    onAccepted() {
      record.upgraded = true
      record.status = 101
    },
    onOpen: () => onLong(record),
  })
}
