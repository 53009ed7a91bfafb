import { type Every, everyInterval } from '../../gateway/every-interval.ts'
import { withoutMapping } from '../../net/client-address.ts'
import { CONNECTION_CUTS, type ConnectionCut, PROXY_MISTAKES } from '../../telemetry/connection-cuts.ts'
import type { Logger } from '../../telemetry/log.ts'

/** So long at least lies between two lines, however many connections are cut off. */
const INTERVAL_MS = 10_000

/** Sums up what happened to connections of which no request tells: one line in a while. */
export function tellOfCuts(
  log: Pick<Logger, 'warn'>,
  every: Every = everyInterval,
): { onCut: (why: ConnectionCut, peer: string) => void; stop: () => void } {
  const counts = new Map<ConnectionCut, number>()
  /** Of the latest each. */
  const peers = new Map<ConnectionCut, string>()

  function tell(): void {
    if (counts.size === 0) return
    const parts = [...counts].map(([why, count]) => `${count}${whence(why)}: ${CONNECTION_CUTS[why]}`)
    counts.clear()
    peers.clear()
    log.warn({ detail: parts.join('; ') }, 'connections were cut off')
  }

  function whence(why: ConnectionCut): string {
    return PROXY_MISTAKES.has(why) ? ` (the last from ${withoutMapping(peers.get(why) ?? '')})` : ''
  }

  const timer = every(INTERVAL_MS, tell)
  return {
    onCut(why, peer) {
      counts.set(why, (counts.get(why) ?? 0) + 1)
      peers.set(why, peer)
    },
    stop() {
      timer.stop()
      tell()
    },
  }
}
