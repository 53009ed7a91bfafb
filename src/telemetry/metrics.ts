import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Counter, Histogram } from 'prom-client'
import { AUDIT_EVENTS, type Audit, type AuditEvent } from './audit.ts'
import { CONNECTION_CUTS, type ConnectionCut } from './connection-cuts.ts'
import { METRICS, type MetricName } from './metrics-catalogue.ts'
import type { RequestListener, RequestRecord } from './request-record.ts'

/** What is looked at when somebody asks; all of it is cheap. */
export interface MetricsSources {
  version: string
  /** Milliseconds since 1970. */
  startedAt: number
  /** How many connections each listener has. */
  openConnections: () => Iterable<[listener: string, count: number]>
  /** How many WebSockets each route has, by its configured path. */
  openTunnels: () => Iterable<[route: string, count: number]>
  upstreams: () => Iterable<[upstream: string, isUp: boolean]>
  /** When each certificate expires, in milliseconds since 1970. */
  certificates: () => Iterable<[certificate: string, source: string, keyType: string, expiresAt: number]>
  logLinesLost: () => number
}

export interface Metrics {
  /** Counts each request. */
  requestEnded: RequestListener
  /** Counts each event. */
  audit: Audit
  reloaded: (result: 'success' | 'failure') => void
  connectionCut: (why: ConnectionCut) => void
  /** @param source as the configuration names it. */
  certificateTried: (source: string, result: 'success' | 'failure') => void
  /** @param operation of a fixed set. */
  storeTook: (operation: string, seconds: number) => void
  /** All of them, in Prometheus' text format. */
  render: () => Promise<string>
  contentType: string
  close: () => void
}

/** Milliseconds between two looks at the clock of the event loop. */
const RESOLUTION_MS = 20
const NANOSECONDS = 1e9

/** @see RFC 9110 section 9.3, RFC 5789. A client can make up any other. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Loads what is needed for it only now: most houses measure nothing. */
export async function openMetrics(sources: MetricsSources): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const registry = new Registry()
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()

  function settings(name: MetricName) {
    const { help, labels = [] }: { help: string; labels?: readonly string[] } = METRICS[name]
    return { name, help, labelNames: [...labels], registers: [registry] }
  }
  const counter = (name: MetricName) => new Counter(settings(name))
  const histogram = (name: MetricName & keyof typeof BUCKETS) =>
    new Histogram({ ...settings(name), buckets: [...BUCKETS[name]] })

  /** @param read gives each value with those of its labels, in their order. */
  function gauge(name: MetricName, read: () => Iterable<[...labels: string[], value: number]>): void {
    const all = settings(name)
    new Gauge({
      ...all,
      collect() {
        // What is gone, such as an upstream after a reload, isn't told any more.
        this.reset()
        for (const values of read()) {
          const labels = all.labelNames.map((label, i) => [label, values[i]])
          this.set(Object.fromEntries(labels), values.at(-1) as number)
        }
      },
    })
  }

  gauge('skillgate_build_info', () => [[sources.version, process.versions.node, 1]])
  gauge('skillgate_start_time_seconds', () => [[sources.startedAt / 1000]])
  gauge('skillgate_open_connections', sources.openConnections)
  gauge('skillgate_open_tunnels', sources.openTunnels)
  gauge('skillgate_upstream_up', () => Array.from(sources.upstreams(), ([name, isUp]) => [name, isUp ? 1 : 0]))
  gauge('skillgate_certificate_expiry_time_seconds', () =>
    Array.from(sources.certificates(), ([name, source, keyType, expiresAt]) => [
      name,
      source,
      keyType,
      expiresAt / 1000,
    ]),
  )
  gauge('skillgate_event_loop_delay_mean_seconds', () => [[seconds(delay.mean)]])
  gauge('skillgate_event_loop_delay_p99_seconds', () => [[seconds(delay.percentile(99))]])
  gauge('skillgate_event_loop_delay_max_seconds', () => [[seconds(delay.max)]])
  gauge('skillgate_resident_memory_bytes', () => [[process.memoryUsage.rss()]])
  gauge('skillgate_heap_used_bytes', () => [[process.memoryUsage().heapUsed]])
  new Counter({
    ...settings('skillgate_log_lines_lost_total'),
    collect() {
      this.reset()
      this.inc(sources.logLinesLost())
    },
  })
  const events = counter('skillgate_audit_events_total')
  for (const event of Object.keys(AUDIT_EVENTS)) events.inc({ event }, 0)
  const reloads = counter('skillgate_config_reloads_total')
  for (const result of ['success', 'failure']) reloads.inc({ result }, 0)
  const cuts = counter('skillgate_connections_cut_total')
  for (const reason of Object.keys(CONNECTION_CUTS)) cuts.inc({ reason: labelOf(reason) }, 0)
  const renewals = counter('skillgate_certificate_renewals_total')
  for (const [, source] of sources.certificates())
    for (const result of ['success', 'failure']) renewals.inc({ source, result }, 0)
  const store = histogram('skillgate_store_operation_duration_seconds')
  const countRequest = requestCounter({
    requests: counter('skillgate_requests_total'),
    durations: histogram('skillgate_request_duration_seconds'),
    received: counter('skillgate_received_bytes_total'),
    sent: counter('skillgate_sent_bytes_total'),
    refusals: counter('skillgate_refusals_total'),
  })

  return {
    requestEnded: { onLong() {}, onEnd: countRequest },
    audit: ({ event }: AuditEvent) => events.inc({ event }),
    reloaded: (result) => reloads.inc({ result }),
    connectionCut: (why) => cuts.inc({ reason: labelOf(why) }),
    certificateTried: (source, result) => renewals.inc({ source, result }),
    storeTook: (operation, seconds) => store.observe({ operation }, seconds),
    async render() {
      const text = await registry.metrics()
      delay.reset()
      return text
    },
    contentType: registry.contentType,
    close: () => delay.disable(),
  }
}

const BUCKETS = {
  skillgate_request_duration_seconds: METRICS.skillgate_request_duration_seconds.buckets,
  skillgate_store_operation_duration_seconds: METRICS.skillgate_store_operation_duration_seconds.buckets,
}

interface RequestMetrics {
  requests: Counter
  received: Counter
  sent: Counter
  refusals: Counter
  durations: Histogram
}

function requestCounter({ requests, durations, received, sent, refusals }: RequestMetrics) {
  return function countRequest(record: RequestRecord): void {
    const { route = 'none', method, status, ending = 'none', duration, upgraded, refusal } = record
    const known = KNOWN_METHODS.has(method) ? method : 'other'
    requests.inc({ route, method: known, status: status === undefined ? 'none' : String(status), outcome: ending })
    if (duration !== undefined && !upgraded) durations.observe({ route }, duration / 1000)
    received.inc({ route }, record.bytesReceived)
    sent.inc({ route }, record.bytesSent)
    if (refusal) refusals.inc({ code: refusal.code })
  }
}

/** As Prometheus' people write values: in one word. */
function labelOf(reason: string): string {
  return reason.replaceAll(' ', '_')
}

/** Nothing was measured yet where it isn't a number. */
function seconds(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? nanoseconds / NANOSECONDS : 0
}
