import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

/** Between two requests. Milliseconds. */
const PAUSE_MS = 25
const TIMEOUT_MS = 10_000

export interface Honest {
  /** Milliseconds of each request so far, over a connection that is kept and over new ones; what failed took for ever. */
  kept: number[]
  fresh: number[]
  stop: () => Promise<void>
}

/** Somebody at home, who asks again and again: over a connection of before, and over a new one. */
export function beHonest(options: RequestOptions): Honest {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const honest: Honest = { kept: [], fresh: [], stop: () => running }
  let stopped = false

  async function ask(over: Agent | false): Promise<number> {
    const begun = performance.now()
    try {
      const asked = request({ ...options, path: '/open/ok', agent: over, timeout: TIMEOUT_MS })
      asked.once('timeout', () => asked.destroy(new Error('timeout')))
      const [answer] = await once(asked.end(), 'response')
      answer.resume()
      await once(answer, 'end')
      return answer.statusCode === 200 ? performance.now() - begun : Number.POSITIVE_INFINITY
    } catch {
      return Number.POSITIVE_INFINITY
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      honest.kept.push(await ask(agent))
      honest.fresh.push(await ask(false))
      await sleep(PAUSE_MS)
    }
    agent.destroy()
  }

  const running = run()
  honest.stop = () => {
    stopped = true
    return running
  }
  return honest
}

export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
