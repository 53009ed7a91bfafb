/** No version gives a token more than ten years; what is far beyond that is no time that a calendar has. Milliseconds. */
const LONGEST_MS = 100 * 365 * 86_400_000

/**
 * When a token ends by what is written in it, in milliseconds since 1970. Nobody here can check its signature, and nothing
 * but the time of its renewal hangs on it. One that was just made has not ended: whoever says so has another clock, and
 * would be asked for one token after the other.
 * @returns undefined where it can't be read, or believed. @see RFC 7519 section 4.1.4
 */
export function endOfToken(token: string, now: number): number | undefined {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return undefined
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const end = typeof exp === 'number' ? exp * 1000 : Number.NaN
    return end > now && end <= now + LONGEST_MS ? end : undefined
  } catch {
    return undefined
  }
}
