import type { Metrics } from './metrics.ts'

/** What an address that is for loopback and the LAN answers. */
export interface PlainAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** @param path without the query. */
export async function metricsAnswer(
  path: string,
  { render, contentType }: Pick<Metrics, 'render' | 'contentType'>,
): Promise<PlainAnswer> {
  if (path !== '/metrics') return answer(404, 'text/plain; charset=utf-8', 'There is /metrics and /readyz.\n')
  return answer(200, contentType, await render())
}

/** What has to be there for requests to be served. An upstream that is down is none of it. */
export interface Readiness {
  listening: boolean
  /** Whether there is one that hasn't expired. */
  certificate: boolean
  database: boolean
  /** What people sign in with at upstreams, ends soon and could not be renewed: for somebody to look at. */
  ending?: { user: string; upstream: string; until: string }[]
  /** What works for now, but not for long, a sentence each. */
  degraded?: string[]
}

export function readinessAnswer({ listening, certificate, database, ending, degraded }: Readiness): PlainAnswer {
  const isReady = listening && certificate && database
  const concerns = { ...(ending?.length && { ending }), ...(degraded?.length && { degraded }) }
  const body = JSON.stringify({ ready: isReady, listening, certificate, database, ...concerns })
  return answer(isReady ? 200 : 503, 'application/json', `${body}\n`)
}

function answer(status: number, type: string, body: string): PlainAnswer {
  return { status, headers: { 'Content-Type': type, 'Cache-Control': 'no-store' }, body }
}
