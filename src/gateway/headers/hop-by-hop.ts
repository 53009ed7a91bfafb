import { canonicalName } from './canonical-name.ts'

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

/** Framing is never up to a client's `Connection`, so a listed Content-Length stays. */
export function listedInConnection(rawHeaders: string[]): Set<string> | undefined {
  let listed: Set<string> | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i] as string
    // Most differ in their length, and lower case costs more than a look at that.
    if (header.length !== 10 || header.toLowerCase() !== 'connection') continue
    const value = rawHeaders[i + 1] as string
    if (/^(keep-alive|close|upgrade)$/i.test(value)) continue
    listed ??= new Set()
    for (const name of value.split(',')) listed.add(canonicalName(name.trim()))
  }
  listed?.delete('content-length')
  return listed
}
