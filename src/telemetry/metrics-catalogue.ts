interface MetricEntry {
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  labels?: readonly string[]
  /** Upper bounds of the buckets of a histogram, in seconds. */
  buckets?: readonly number[]
}

/** What can be measured. No label ever has the name of a person in it, or a value that a client chooses. */
export const METRICS = {
  skillgate_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which version runs, on which Node.',
    labels: ['version', 'node'],
  },
  skillgate_start_time_seconds: { type: 'gauge', help: 'When the process began to serve, in seconds since 1970.' },
  skillgate_requests_total: {
    type: 'counter',
    help: 'Requests that have ended, by the configured path of their route (none: no route), status (none: not answered) and how they ended.',
    labels: ['route', 'method', 'status', 'outcome'],
  },
  skillgate_request_duration_seconds: {
    type: 'histogram',
    help: 'How long requests took to their end; without WebSockets.',
    labels: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  skillgate_received_bytes_total: {
    type: 'counter',
    help: 'Bytes of bodies and through WebSockets that came from clients.',
    labels: ['route'],
  },
  skillgate_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes of bodies and through WebSockets that went to clients.',
    labels: ['route'],
  },
  skillgate_refusals_total: {
    type: 'counter',
    help: 'Requests that the gateway refused, by error code.',
    labels: ['code'],
  },
  skillgate_audit_events_total: {
    type: 'counter',
    help: 'Events of the audit trail, by name: sign-ins, tokens issued and refused, reloads and so on.',
    labels: ['event'],
  },
  skillgate_config_reloads_total: {
    type: 'counter',
    help: 'Reloads of the configuration, by result (success, failure).',
    labels: ['result'],
  },
  skillgate_open_connections: { type: 'gauge', help: 'Connections that are open, by listener.', labels: ['listener'] },
  skillgate_connections_cut_total: {
    type: 'counter',
    help: 'Connections that were refused, or cut off without a request that tells of it, by reason: full, address and handshakes are limits.',
    labels: ['reason'],
  },
  skillgate_open_tunnels: { type: 'gauge', help: 'WebSockets that are open, by route.', labels: ['route'] },
  skillgate_upstream_up: {
    type: 'gauge',
    help: '1 while an upstream is taken to work, 0 while it is not.',
    labels: ['upstream'],
  },
  skillgate_store_operation_duration_seconds: {
    type: 'histogram',
    help: 'How long the database took, by operation.',
    labels: ['operation'],
    buckets: [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
  skillgate_certificate_expiry_time_seconds: {
    type: 'gauge',
    help: 'When a certificate expires, in seconds since 1970, by its first name, where it comes from, and its kind of key (rsa, ec).',
    labels: ['certificate', 'source', 'key_type'],
  },
  skillgate_certificate_renewals_total: {
    type: 'counter',
    help: 'Certificates that took the place of earlier ones (success), and what came but was refused, or did not come (failure), by where they come from.',
    labels: ['source', 'result'],
  },
  skillgate_event_loop_delay_mean_seconds: {
    type: 'gauge',
    help: 'By how much the event loop was late since it was last asked: the mean.',
  },
  skillgate_event_loop_delay_p99_seconds: {
    type: 'gauge',
    help: 'The same: 99 of 100 times it was less.',
  },
  skillgate_event_loop_delay_max_seconds: { type: 'gauge', help: 'The same: the longest.' },
  skillgate_resident_memory_bytes: { type: 'gauge', help: 'Memory of the process that is in RAM.' },
  skillgate_heap_used_bytes: { type: 'gauge', help: "Memory that the program's own objects take." },
  skillgate_log_lines_lost_total: {
    type: 'counter',
    help: 'Lines of the log that were lost, for they could not be written in time.',
  },
} as const satisfies Record<string, MetricEntry>

export type MetricName = keyof typeof METRICS
