/** Milliseconds for which a document is believed whose server says nothing of that. */
const UNSAID_MS = 5 * 60_000
/**
 * The least: one linking asks for it several times within a minute or two, and nobody is to make the gateway ask anew with
 * each page that it opens.
 */
const LEAST_MS = 60_000
/** The most, so that a client that changes its redirect URIs, or is no more, is known to have done so. */
const MOST_MS = 3_600_000

/**
 * For how long a document is believed, in milliseconds.
 * @param age seconds that it is old already. @see RFC 9111 sections 4.2 and 5.2.2
 */
export function freshFor(cacheControl: string | undefined, age: number): number {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
  if (directives.some((one) => /^no-(?:store|cache)\b/.test(one))) return LEAST_MS
  const seconds = directives.flatMap((one) => /^max-age="?(\d{1,10})"?$/.exec(one)?.[1] ?? [])
  if (seconds.length === 0) return UNSAID_MS
  // Where there are several, the most careful.
  const leftMs = (Math.min(...seconds.map(Number)) - age) * 1000
  return Math.min(Math.max(leftMs, LEAST_MS), MOST_MS)
}
