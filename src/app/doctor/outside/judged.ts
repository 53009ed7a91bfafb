import type { Finding } from '../examination.ts'

/** A finding of an examination that is known. */
export type Judged = Omit<Finding, 'id'>

/** @returns findings of that examination. */
export function findingsOf(id: string, judged: Judged[]): Finding[] {
  return judged.map((one) => ({ id, ...one }))
}
