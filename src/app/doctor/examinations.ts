import type { Examination } from './examination.ts'
import { LOOKS_AT_HOUSE } from './house/looks-at-house.ts'
import { LOOKS_FROM_OUTSIDE } from './outside/looks-from-outside.ts'

/** Everything that a doctor looks at, in the order in which it is told. */
export const EXAMINATIONS: Examination[] = [...LOOKS_FROM_OUTSIDE, ...LOOKS_AT_HOUSE].toSorted(neededFirst)

function neededFirst({ isNeeded: one = false }: Examination, { isNeeded: other = false }: Examination): number {
  return Number(other) - Number(one)
}
