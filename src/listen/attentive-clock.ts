/** A clock that stands still while this process does: whoever has answered meanwhile can't be told from one who hasn't. */
export interface AttentiveClock {
  /** Milliseconds in which somebody was there to see what came, in steps of `TICK_MS`. */
  now: () => number
  /** Whole milliseconds on the monotonic clock since it showed so much less than now; never fewer than that. */
  agoOnTheWall: (milliseconds: number) => number
  stop: () => void
}

const TICK_MS = 250
/** For `agoOnTheWall`, so many ticks are remembered: half a minute of attention. */
const REMEMBERED = 120

/**
 * A deadline on this clock is one for the client, not for a machine whose cores are busy. It ticks at most once however late
 * its timer is, so a flood that keeps the process from its timers makes deadlines longer, but none endless.
 * @param monotonic milliseconds of a clock that only counts on.
 */
export function openAttentiveClock(monotonic: () => number): AttentiveClock {
  let ticks = 0
  /** When it ticked on the monotonic clock, the latest last. */
  const moments = [monotonic()]
  const timer = setInterval(() => {
    ticks++
    moments.push(monotonic())
    if (moments.length > REMEMBERED) moments.shift()
  }, TICK_MS).unref()

  return {
    now: () => ticks * TICK_MS,
    agoOnTheWall(milliseconds) {
      // Where it hasn't been going for so long, nothing that it is asked about has either.
      const then = moments.at(-1 - Math.ceil(milliseconds / TICK_MS)) ?? (moments[0] as number) - milliseconds
      return Math.max(milliseconds, Math.ceil(monotonic() - then))
    },
    stop: () => clearInterval(timer),
  }
}
