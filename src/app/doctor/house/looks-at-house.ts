import type { Examination } from '../examination.ts'

/** What can be seen of the house itself. */
export const LOOKS_AT_HOUSE: Examination[] = []
