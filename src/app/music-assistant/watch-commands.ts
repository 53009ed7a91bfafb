import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { CommandPolicy } from '../../music-assistant/command.ts'
import { TABLE_DATE } from '../../music-assistant/commands/command-table.ts'
import { readServerCommands } from '../../music-assistant/commands/server-commands.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Site } from '../open-site.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** Milliseconds between two looks at whether a server is another version. */
const INTERVAL_MS = 600_000
/** Milliseconds before it is asked again while it doesn't answer, and each time twice as long. */
const RETRY_MS = 5000

/** How many names a line of the log has. */
const NAMES_LIMIT = 50

export interface CommandWatching {
  current: () => Pick<Site, 'upstreams' | 'policies'>
  log: Pick<Logger, 'info' | 'warn'>
  sleep?: Sleep
}

/**
 * Compares the commands of each Music Assistant with those that the gateway knows: at the start, and whenever it has
 * become another version. What is new is told once, and stays refused. While it doesn't answer it is asked again.
 * @returns stops it; resolves when the last question is answered.
 */
export function watchCommands({ current, log, sleep = sleepQuietly }: CommandWatching): () => Promise<void> {
  /** By where the server is. */
  const schemas = new Map<string, number>()
  const told = new Map<string, string>()
  let retryMs = RETRY_MS

  async function look(): Promise<number> {
    const { upstreams, policies } = current()
    let isDown = false
    for (const [url, upstream] of byUrl(upstreams.values(), policies)) {
      isDown = !(await compare(url, upstream, policies.get(upstream.name) as CommandPolicy)) || isDown
    }
    const pause = isDown ? retryMs : INTERVAL_MS
    retryMs = isDown ? Math.min(2 * retryMs, INTERVAL_MS) : RETRY_MS
    return pause
  }

  /** @returns whether it has answered */
  async function compare(url: string, upstream: Upstream, { knows }: CommandPolicy): Promise<boolean> {
    try {
      const server = await readServerCommands(callsTo(upstream), schemas.get(url))
      if (server === undefined) return true
      schemas.set(url, server.schema)
      const names = server.names.filter((name) => !knows(name)).toSorted()
      const what = `${upstream.name} is Music Assistant ${server.version} (schema ${server.schema})`
      if (names.length === 0) log.info({ detail: `${what}: all of its commands are known` }, 'commands compared')
      else tell(url, `${what}. Refused, for they are not in the table of ${TABLE_DATE}: ${shown(names)}`)
      return true
    } catch (error) {
      if (error instanceof GatewayError) return false
      tell(url, `${upstream.name} does not say which commands it has: ${(error as Error).message}`)
      return true
    }
  }

  function tell(url: string, detail: string): void {
    if (told.get(url) !== detail) log.warn({ detail }, 'commands compared')
    told.set(url, detail)
  }

  return repeat(sleep, 0, look)
}

/** Each server once, under however many names it is configured. */
function byUrl(upstreams: Iterable<Upstream>, policies: ReadonlyMap<string, CommandPolicy>): Map<string, Upstream> {
  const known = [...upstreams].filter(({ name }) => policies.has(name))
  return new Map(known.reverse().map((upstream) => [upstream.url, upstream]))
}

function shown(names: string[]): string {
  const rest = names.length - NAMES_LIMIT
  return names.slice(0, NAMES_LIMIT).join(', ') + (rest > 0 ? `, and ${rest} more` : '')
}
