import { type Every, everyInterval } from '../../gateway/every-interval.ts'
import { CONNECTION_CUTS, type ConnectionCut } from '../../telemetry/connection-cuts.ts'
import type { Logger } from '../../telemetry/log.ts'

/** So long at least lies between two lines, however many connections are cut off. */
const INTERVAL_MS = 10_000

/** Sums up what happened to connections of which no request tells: one line in a while. */
export function tellOfCuts(
  log: Pick<Logger, 'warn'>,
  every: Every = everyInterval,
): { onCut: (why: ConnectionCut) => void; stop: () => void } {
  const counts = new Map<ConnectionCut, number>()

  function tell(): void {
    if (counts.size === 0) return
    const parts = [...counts].map(([why, count]) => `${count}: ${CONNECTION_CUTS[why]}`)
    counts.clear()
    log.warn({ detail: parts.join('; ') }, 'connections were cut off')
  }

  const timer = every(INTERVAL_MS, tell)
  return {
    onCut: (why) => counts.set(why, (counts.get(why) ?? 0) + 1),
    stop() {
      timer.stop()
      tell()
    },
  }
}
