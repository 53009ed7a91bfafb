import { DAY } from '../server-certificate.ts'

export const CA_LIFE_MS = 3650 * DAY
const LEAF_LIFE_MS = 397 * DAY
/** Of the leaf's life is left when it is renewed. */
export const RENEWED_BEFORE_END_MS = 30 * DAY
/** Clients whose clock is a little behind must not find the certificate "not yet valid". */
export const CLOCK_SKEW_MS = 3_600_000

/** When a leaf made now will end, in whole seconds as in certificates; the CA must last as long. */
export const leafEnd = (now: number): number => Math.floor((now - CLOCK_SKEW_MS + LEAF_LIFE_MS) / 1000) * 1000
