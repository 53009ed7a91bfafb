import { setTimeout as wait } from 'node:timers/promises'

/** Resolves after so many milliseconds, rejects when it is told to end sooner. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>

/** Keeps no process running. */
export function sleepQuietly(milliseconds: number, signal: AbortSignal): Promise<void> {
  return wait(milliseconds, undefined, { signal, ref: false })
}

/**
 * Does something again and again, with a pause before each time.
 * @param firstPauseMs before the first time. @param step gives the milliseconds before the next one.
 * @returns stops it; resolves when the last step is done.
 */
export function repeat(sleep: Sleep, firstPauseMs: number, step: () => number | Promise<number>): () => Promise<void> {
  const stopping = new AbortController()

  async function goOn(): Promise<void> {
    let pause = firstPauseMs
    for (;;) {
      try {
        await sleep(pause, stopping.signal)
      } catch {
        return
      }
      pause = await step()
    }
  }

  const going = goOn()
  return async () => {
    stopping.abort()
    await going
  }
}
