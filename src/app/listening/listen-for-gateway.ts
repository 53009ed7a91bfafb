import type { Address } from '../../config/schema.ts'
import type { ExchangeHandler } from '../../gateway/handle-exchange.ts'
import { plainExchangeHandler } from '../../gateway/handle-plain-exchange.ts'
import { proxiedExchangeHandler } from '../../gateway/handle-proxied-exchange.ts'
import type { ConnectionTools } from '../../listen/connections.ts'
import type { GuardTools } from '../../listen/guard-connections.ts'
import { listenHttp } from '../../listen/listen-http.ts'
import { listenHttps } from '../../listen/listen-https.ts'
import type { Listener } from '../../listen/listener.ts'
import type { TlsTools } from '../../listen/secure-servers.ts'
import { openTicketKeys } from '../../listen/ticket-keys.ts'
import type { Suites } from '../../net/tls-policy.ts'
import type { RequestListener } from '../../telemetry/request-record.ts'
import type { House } from '../open-house.ts'
import type { Site } from '../open-site.ts'
import { type Listeners, openListeners } from './listeners.ts'
import { requestIds } from './request-ids.ts'
import { measure, metricsHandler } from './serve-metrics.ts'
import { tellOfProxies } from './tell-of-proxies.ts'

export interface ListeningTools extends Pick<RequestListener, 'onEnd'> {
  /** What happens to each request that comes over TLS, to this gateway or to a proxy in front. */
  handle: ExchangeHandler
  guard: GuardTools
}

/** The listeners of a gateway, none of which is open yet: for requests over TLS, for those of proxies that end it, for plain ones, and for metrics. */
export function listenForGateway(
  house: House,
  current: () => Site,
  { handle, guard, onEnd }: ListeningTools,
): Listeners {
  const tools = { ...readerTools(house, current), onEnd, guard }
  const handlePlainExchange = plainExchangeHandler({
    publicUrl: () => current().config.public_url,
    challengeAnswer: house.challenges.answer,
    onProxy: tellOfProxies(house.log, house.environment.now),
  })
  const handleProxiedExchange = proxiedExchangeHandler({
    isProxy: (peer) => current().connectionLimits.standingOf(peer) === 'proxy',
    handle,
  })
  const tls = tlsTools(house, current)
  const listeners = openListeners((kind, address) => {
    if (kind === 'metrics') return listenForMetrics(house, listeners, current, { address, guard })
    if (kind === 'https') return listenHttps(address, tls, { ...tools, handle })
    return listenHttp(
      address,
      { ...tools, handle: kind === 'plain' ? handleProxiedExchange : handlePlainExchange },
      kind,
    )
  })
  return listeners
}

/** The ticket keys are there as long as the process, whatever address it listens at. */
function tlsTools({ environment, certificates, challenges, staples, log }: House, current: () => Site): TlsTools {
  let lastTold: string | undefined
  return {
    certificates,
    alpnContext: (serverName) => challenges.alpnContext(serverName),
    suites: () => servedBy(current()).suites,
    hsts: () => servedBy(current()).hsts,
    ticketKeys: openTicketKeys(environment.monotonic ?? (() => performance.now()), environment.randomBytes),
    clientCa: (serverName) => current().deviceCertificates.clientCa(serverName),
    staples,
    onError(error) {
      const detail = String(error)
      if (detail !== lastTold) log.error({ detail }, 'no certificate could be chosen for a connection')
      lastTold = detail
    },
  }
}

/** Without TLS nobody asks: what is left of a listener that a reload has taken away. */
function servedBy({ config: { tls } }: Site): { suites: Suites; hsts: boolean } {
  return tls.source === 'none' ? { suites: 'alexa', hsts: false } : tls
}

/** Who asks for metrics is in no log: it would be most of its lines. */
async function listenForMetrics(
  house: House,
  listeners: Listeners,
  current: () => Site,
  { address, guard }: { address: Address; guard: GuardTools },
): Promise<Listener> {
  const metrics = await measure(house, listeners, current)
  const handle = metricsHandler(house, metrics, current)
  // Nobody is in front of these.
  const ownGuard = { ...guard, proxyProtocol: () => false }
  return listenHttp(address, { ...readerTools(house, current), onEnd() {}, handle, guard: ownGuard })
}

function readerTools({ environment, takePort }: House, current: () => Site): Omit<ConnectionTools, 'handle' | 'onEnd'> {
  return {
    takePort,
    now: environment.now,
    monotonic: () => performance.now(),
    newRequestId: requestIds(environment),
    clientAddress: (peer, forwardedFor) => current().clientAddress(peer, forwardedFor),
  }
}
