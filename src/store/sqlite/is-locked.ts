import { errorKind } from './error-kind.ts'

const BUSY = 5

/** Whether another connection stands in the way. */
export function isLocked(error: unknown): boolean {
  return errorKind(error) === BUSY
}
