/** Runs jobs with the same key one after the other, and all others at once. */
export type OneAtATime = <T>(key: string, job: () => Promise<T>) => Promise<T>

export function oneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>()

  return function run(key, job) {
    const done = (last.get(key) ?? Promise.resolve()).then(job)
    const settled = done
      .catch(() => {})
      .then(() => {
        if (last.get(key) === settled) last.delete(key)
      })
    last.set(key, settled)
    return done
  }
}
