/** Waits for SIGTERM or SIGINT. From then on a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      resolve()
      for (const signal of SIGNALS) process.off(signal, stop).on(signal, () => process.exit(1))
    }
    for (const signal of SIGNALS) process.on(signal, stop)
  })
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
