import type { Examination } from '../examination.ts'

/** How the gateway looks to Alexa and to browsers, in the order in which they come. */
export const LOOKS_FROM_OUTSIDE: Examination[] = []
