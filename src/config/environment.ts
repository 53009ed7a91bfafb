import { randomBytes as systemRandomBytes } from 'node:crypto'

/** Where time and chance come from. Everything that needs one of them gets it as an argument. */
export interface Environment {
  /** Milliseconds since 1970. */
  now: () => number
  /** Unpredictable bytes. */
  randomBytes: (size: number) => Buffer
  /** Milliseconds of a clock that only counts on, whatever the other one is set to; the system's, if absent. */
  monotonic?: () => number
}

/** The real ones: the only place that reads the clock. */
export const systemEnvironment: Environment = {
  now: Date.now,
  randomBytes: systemRandomBytes,
  monotonic: () => performance.now(),
}
