/**
 * When a token ends by what is written in it, in milliseconds since 1970. Nobody here can check its signature, and nothing
 * but the time of its renewal hangs on it.
 * @returns undefined where it can't be read. @see RFC 7519 section 4.1.4
 */
export function endOfToken(token: string): number | undefined {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return undefined
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return Number.isFinite(exp) && exp > 0 ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
