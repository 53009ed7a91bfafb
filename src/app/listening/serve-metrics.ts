import type { Exchange } from '../../gateway/exchange.ts'
import type { ExchangeHandler } from '../../gateway/handle-exchange.ts'
import { sendAnswer } from '../../gateway/send-answer.ts'
import { type Metrics, openMetrics } from '../../telemetry/metrics.ts'
import { metricsAnswer, readinessAnswer } from '../../telemetry/metrics-answer.ts'
import type { House } from '../open-house.ts'
import type { Site } from '../open-site.ts'
import { version } from '../version.ts'
import type { Listeners } from './listeners.ts'

/** The metrics of a house, measured from the first time on that somebody wants them. */
export async function measure(house: House, listeners: Listeners, current: () => Site): Promise<Metrics> {
  if (house.metrics) return house.metrics
  const metrics = await openMetrics({
    version: version(),
    startedAt: house.startedAt,
    openConnections: () => listeners.connections(),
    openTunnels: () => countTunnels(listeners.exchanges()),
    upstreams: () => [...current().upstreams.values()].map(({ name, reachable }) => [name, reachable]),
    certificates: () =>
      house.certificates
        .list()
        .map(({ source, names, keyType, notAfter }) => [names[0] ?? '', source, keyType, notAfter]),
    logLinesLost: house.telemetry.lost,
  })
  house.closing.defer(metrics.close)
  house.metrics = metrics
  return metrics
}

function countTunnels(exchanges: Iterable<Exchange>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { record } of exchanges) {
    if (record.upgraded) counts.set(record.route ?? '', (counts.get(record.route ?? '') ?? 0) + 1)
  }
  return counts
}

/** Answers `/metrics` and `/readyz`, for whoever gets to the address that they are served at. */
export function metricsHandler(house: House, metrics: Metrics, current: () => Site): ExchangeHandler {
  return async function handleMetrics(exchange) {
    const { path } = exchange.record
    const answer =
      path === '/readyz'
        ? readinessAnswer({
            listening: house.phase === 'ok',
            // With `tls: none` it is the business of the proxy in front.
            certificate:
              current().config.tls.source === 'none' ||
              house.certificates.list().some(({ notAfter }) => notAfter > house.environment.now()),
            database: house.store.healthy(),
            ending: house.endingTokens.map(({ userName, upstream, endsAt }) => ({
              user: userName,
              upstream,
              until: new Date(endsAt).toISOString(),
            })),
            degraded: [
              ...house.certificateKeeper.concerns().map(({ words }) => words),
              ...[house.errands.trouble() ?? []].flat(),
            ],
          })
        : await metricsAnswer(path, metrics)
    sendAnswer(exchange, exchange.method === 'GET' || exchange.method === 'HEAD' ? answer : NOT_ALLOWED)
  }
}

const NOT_ALLOWED = { status: 405, headers: { Allow: 'GET, HEAD' }, body: '' }
