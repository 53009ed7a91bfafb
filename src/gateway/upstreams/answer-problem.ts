/** Header lines of an answer. */
const LINES_LIMIT = 200

/**
 * Why an answer of an upstream's can't be passed on: what frames its body would be read by its client in another way
 * than by the gateway, or a client couldn't stand it.
 * @param rawHeaders names and values in turn.
 * @param isOld whether it is one of HTTP/1.0, which has no Transfer-Encoding.
 * @see RFC 9112 section 6.1, 6.3
 */
export function answerProblem(rawHeaders: string[], isOld: boolean): string | undefined {
  if (rawHeaders.length > 2 * LINES_LIMIT) return `an answer with over ${LINES_LIMIT} header lines`
  let coding: string | undefined
  let hasLength = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 14) hasLength ||= name.toLowerCase() === 'content-length'
    if (name.length !== 17 || name.toLowerCase() !== 'transfer-encoding') continue
    const value = rawHeaders[i + 1] as string
    if (coding !== undefined) return 'an answer with Transfer-Encoding twice'
    if (value.trim().toLowerCase() !== 'chunked') return `an answer with Transfer-Encoding ${JSON.stringify(value)}`
    coding = value
  }
  if (coding === undefined) return undefined
  if (isOld) return 'an answer of HTTP/1.0 with Transfer-Encoding'
  return hasLength ? 'an answer with Transfer-Encoding and Content-Length' : undefined
}

/** For a 204, which has no body, whatever its length may say: a client might take so much of the next answer for it. */
export function withoutLength(rawHeaders: string[]): string[] {
  return rawHeaders.filter((_, i) => rawHeaders[i - (i % 2)]?.toLowerCase() !== 'content-length')
}
