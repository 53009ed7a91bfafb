import { renewedFrom } from '../renewed-from.ts'

/** When a CA wants to be asked again. Milliseconds since 1970. @see RFC 9773 section 4.2 */
export interface RenewalWindow {
  start: number
  end: number
}

export interface Renewable {
  /** Milliseconds since 1970. */
  notBefore: number
  notAfter: number
  /** From 0 to under 1, by chance, and the same for as long as the certificate is served. */
  share: number
  /** What the CA says. */
  window?: RenewalWindow | undefined
}

/** Of the time for it, in which gateways are spread by chance. */
const SPREAD = 1 / 4
/** Later than with this part of the lifetime left nothing is renewed, whatever a CA says. */
const LEAST_PART_LEFT = 1 / 10
/**
 * Before this part of the lifetime, or a day, has passed nothing is renewed, whatever a CA says: one whose window is always in
 * the past would be asked for a certificate a minute.
 */
const LEAST_PART_USED = 1 / 10
const LEAST_USED_MS = 86_400_000

/** From when on a certificate is to be renewed. @returns milliseconds since 1970 */
export function renewalTime({ notBefore, notAfter, share, window }: Renewable): number {
  const lifetime = notAfter - notBefore
  if (window && window.start < window.end) {
    const latest = notAfter - lifetime * LEAST_PART_LEFT
    const earliest = notBefore + Math.min(lifetime * LEAST_PART_USED, LEAST_USED_MS)
    return Math.min(Math.max(window.start + share * (window.end - window.start), earliest), latest)
  }
  const first = renewedFrom('acme', { notBefore, notAfter })
  return first + share * SPREAD * (notAfter - first)
}

/** How long to believe a CA that says when to renew, if it doesn't say itself; and the bounds of what it says. */
const ASK_AGAIN_MS = 6 * 3_600_000
const LEAST_ASK_AGAIN_MS = 60_000
const LONGEST_ASK_AGAIN_MS = 86_400_000

/** When to ask again for the window. @param retryAfterMs as the CA says. @see RFC 9773 section 4.3 @returns milliseconds */
export function askAgainAfter(retryAfterMs: number | undefined): number {
  return Math.min(Math.max(retryAfterMs ?? ASK_AGAIN_MS, LEAST_ASK_AGAIN_MS), LONGEST_ASK_AGAIN_MS)
}
