/** Concern one connection only. @see RFC 9110 section 7.6.1 */
export const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** One name for all that a server behind CGI or WSGI would read as the same. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[_.]/g, '-')
}

/** Framing is never up to a client's `Connection`, so a listed Content-Length stays. */
export function listedInConnection(rawHeaders: string[]): Set<string> | undefined {
  let listed: Set<string> | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if ((rawHeaders[i] as string).toLowerCase() !== 'connection') continue
    const value = rawHeaders[i + 1] as string
    if (/^(keep-alive|close|upgrade)$/i.test(value)) continue
    listed ??= new Set()
    for (const name of value.split(',')) listed.add(canonicalName(name.trim()))
  }
  listed?.delete('content-length')
  return listed
}
