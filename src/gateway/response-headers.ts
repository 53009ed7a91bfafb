import { HOP_BY_HOP, listedInConnection } from './hop-by-hop.ts'

/** An upstream shares the host with the pages on which people sign in; it must not reach out for those. */
const NOT_PASSED_BACK = new Set([...HOP_BY_HOP, 'service-worker-allowed'])

/** Whether a `Set-Cookie` of an upstream's would take the place of one of the gateway's own. */
export function setsOwnCookie(value: string): boolean {
  // Older browsers send a cookie without a name back as if its value were the whole.
  return /^\s*=?\s*__Host-skillgate-/i.test(value)
}

/** The headers of an upstream's response that go on to the client, as raw pairs. */
export function responseHeaders(rawHeaders: string[]): string[] {
  const listed = listedInConnection(rawHeaders)
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    if (NOT_PASSED_BACK.has(name) || listed?.has(name)) continue
    if (name === 'set-cookie' && setsOwnCookie(value)) continue
    kept.push(rawHeaders[i] as string, value)
  }
  return kept
}
