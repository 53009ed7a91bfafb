import type { ExecutionContext } from 'ava'
import type { Store } from '../../../src/store/store.ts'

/** A backend with nothing in it, closed when the test has ended. */
export interface Backend {
  store: Store
  /** Another connection to the same rows, as another process has one. Closed when the test has ended. */
  connect: () => Promise<Store>
  /** Makes it fail, for all connections, until what it returns is called. */
  fail: () => () => void
  now: () => number
  advance: (milliseconds: number) => void
}

export type OpenBackend = (t: ExecutionContext) => Promise<Backend>
