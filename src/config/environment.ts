import { randomBytes as systemRandomBytes } from 'node:crypto'

/** Where time and chance come from. Everything that needs one of them gets it as an argument. */
export interface Environment {
  /** Milliseconds since 1970. */
  now: () => number
  /** Unpredictable bytes. */
  randomBytes: (size: number) => Buffer
}

/** The real ones: the only place that reads the clock. */
export const systemEnvironment: Environment = { now: Date.now, randomBytes: systemRandomBytes }
