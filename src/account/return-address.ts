/** Where somebody was when they were asked to sign in. */
export interface ReturnAddress {
  to: URL
  /** What the other host knows the browser by; undefined where they go on at this one. */
  state: string | undefined
}

/**
 * Where somebody is sent back to: to a page of this gateway's, or to nowhere. A link that a stranger made up leads to no
 * other server, whatever it looks like.
 * @param query of the sign-in page. @param origins where people come from. @param home the origin of that page.
 */
export function readReturnAddress(
  query: string,
  { origins, issuer }: { origins: ReadonlySet<string>; issuer: string },
): ReturnAddress | undefined {
  const parameters = new URLSearchParams(query)
  const to = URL.parse(parameters.get('return') ?? '')
  // The origin of what a browser would make of it: it goes there by the parsed address, not by what was written.
  if (!to || to.username !== '' || to.password !== '') return undefined
  // What a page has made up in its browser (`blob:https://...`) has the origin of that page.
  if (to.protocol !== 'https:') return undefined
  if (to.origin === issuer) return { to, state: undefined }
  const state = parameters.get('state') ?? ''
  return origins.has(to.origin) && /^[A-Za-z0-9_-]{43}$/.test(state) ? { to, state } : undefined
}
