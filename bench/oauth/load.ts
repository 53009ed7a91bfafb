import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { Latencies } from './latencies.ts'

// Posts forms to a token endpoint, over connections that are kept open, each as soon as the one before was answered,
// until the time is up or no form is left. What it has to do comes in on stdin, what it measured goes out on stdout.

export interface LoadOrder {
  port: number
  path: string
  ca: string
  connections: number
  seconds: number
  /** Each is posted once. */
  forms: string[]
}

export interface LoadResult {
  requests: number
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
  max: number
}

const order = JSON.parse(readFileSync(0, 'utf8')) as LoadOrder
const { port, path, connections, seconds, forms } = order
const pool = new Pool(`https://localhost:${port}`, { connections, connect: { ca: readFileSync(order.ca) } })
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
const latencies = new Latencies()

async function post(body: string): Promise<void> {
  const asked = performance.now()
  const answer = await pool.request({ method: 'POST', path, headers, body })
  const text = await answer.body.text()
  latencies.add(performance.now() - asked)
  const { access_token, refresh_token } = JSON.parse(text)
  if (answer.statusCode !== 200 || !access_token || !refresh_token)
    throw new Error(`answered ${answer.statusCode}: ${text}`)
}

// Handshakes are not what is measured.
await Promise.all(
  Array.from({ length: connections }, async () => (await pool.request({ method: 'GET', path: '/' })).body.dump()),
)
const next = forms.values()
const started = performance.now()
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() - started < seconds * 1000) {
      const { value, done } = next.next()
      if (done) break
      await post(value)
    }
  }),
)
const result: LoadResult = {
  requests: latencies.count,
  seconds: (performance.now() - started) / 1000,
  p50: latencies.quantile(0.5),
  p99: latencies.quantile(0.99),
  max: latencies.max,
}
console.log(JSON.stringify(result))
await pool.close()
