/** Calls back once, so much later, unless it is stopped. */
export type After = (milliseconds: number, run: () => void) => { stop: () => void }

export const afterTimeout: After = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds)
  return { stop: () => clearTimeout(timer) }
}
