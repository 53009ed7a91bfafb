/** Waiting that ends when a test says so. */
export interface ManualSleep {
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Resolves when something waits, with for how long. */
  asleep: () => Promise<number>
  /** Ends the waiting. */
  wake: () => void
}

export function manualSleep(): ManualSleep {
  let pending: { milliseconds: number; resolve: () => void } | undefined
  let begun = Promise.withResolvers<void>()
  const clear = () => {
    if (!pending) return
    pending = undefined
    begun = Promise.withResolvers()
  }
  return {
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const mine = { milliseconds, resolve }
        const stop = () => {
          if (pending === mine) clear()
          reject(new Error('told to end'))
        }
        if (signal.aborted) return reject(new Error('told to end'))
        pending = mine
        begun.resolve()
        signal.addEventListener('abort', stop)
      }),
    async asleep() {
      while (!pending) await begun.promise
      return pending.milliseconds
    },
    wake() {
      const { resolve } = pending ?? {}
      clear()
      resolve?.()
    },
  }
}
