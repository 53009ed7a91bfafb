/**
 * How long a server asks to wait, in seconds or until a date.
 * @param now milliseconds since 1970 @returns milliseconds, or undefined where it doesn't say
 * @see RFC 9110 section 10.2.3
 */
export function readRetryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  // Date.parse takes much else for a date.
  const until = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(until) ? undefined : Math.max(until - now, 0)
}
