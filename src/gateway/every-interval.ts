/** Calls this again and again until it is stopped. */
export type Every = (intervalMs: number, run: () => void) => { stop: () => void }

/** Keeps no process running. */
export const everyInterval: Every = (intervalMs, run) => {
  const timer = setInterval(run, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
