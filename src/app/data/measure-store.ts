import type { Store } from '../../store/store.ts'

/** What takes a measurement; undefined while nobody measures. */
type StoreTook = () => ((operation: string, seconds: number) => void) | undefined

const MEASURED = ['insert', 'get', 'put', 'take', 'replace', 'delete', 'list', 'purgeExpired'] as const

/** The same store, which tells how long each call took, if anybody wants to know. */
export function measureStore(store: Store, storeTook: StoreTook): Store {
  const measured = { ...store }
  for (const operation of MEASURED) {
    const call = store[operation] as (...values: unknown[]) => Promise<unknown>
    const timed = async (...values: unknown[]) => {
      const took = storeTook()
      if (!took) return call(...values)
      const started = performance.now()
      try {
        return await call(...values)
      } finally {
        took(operation, (performance.now() - started) / 1000)
      }
    }
    Object.assign(measured, { [operation]: timed })
  }
  return measured
}
