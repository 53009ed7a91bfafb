/** As long as every token, code and secret that is made here. */
const MAY_BE_SECRET = /[A-Za-z0-9_-]{43,}/g

/**
 * A text for the log without what may be a secret. Whoever sends a request can put a token anywhere, also by mistake,
 * and what is refused is told with what was wrong about it.
 */
export function hideSecrets(text: string): string {
  return text.replace(MAY_BE_SECRET, '[hidden]')
}
