import { isClearTarget } from '../refuse-ambiguous.ts'

/** With segments that aren't empty; `%` encodes something, and no slash. */
const STREAM = /^\/(?:flow|single)(?:\/[^/?]+)+$/
const PICTURE = /^\/imageproxy\?./
/** Names that no public DNS has. RFC 6761, RFC 6762, RFC 8375, and what routers make up. */
const HOME_NAME = /(?:^|\.)(?:localhost|local|lan|home|internal|intranet|private|arpa|box|test|invalid|example|onion)$/

/**
 * Whether something of Music Assistant's port of audio may ever be had by a signed URL: streams, and pictures where
 * they are switched on. Never `/command/`, which skips tracks for anybody, and never `/announcement/`.
 * @param target path and query, byte for byte.
 */
export function isPublishable(target: string, { images }: { images: boolean }): boolean {
  if (!isClearTarget(target)) return false
  return STREAM.test(target) || (images && PICTURE.test(target) && !fetchesFromHome(target))
}

/**
 * Whether a server that fetches what stands in `path=` might fetch from the home network, or from itself: there, by
 * `http://127.0.0.1:8097/command/...`, a picture skipped a track.
 */
function fetchesFromHome(target: string): boolean {
  const given = new URLSearchParams(target.slice(target.indexOf('?'))).getAll('path')
  const path = given.length === 1 ? decoded(given[0] as string) : undefined
  if (path === undefined) return true
  if (!/^[^/]*:|^[\\/]{2}|[^ -~\u00a1-\uffff]/.test(path)) return false
  const url = URL.parse(path)
  if (!url || !/^https?:$/.test(url.protocol) || url.port !== '' || url.username !== '' || url.password !== '')
    return true
  const host = url.hostname.replace(/\.$/, '')
  // An address in any notation is one of four numbers or in brackets once URL has read it.
  return !host.includes('.') || /^[\d.]+$|[[\]:]/.test(host) || HOME_NAME.test(host)
}

/** What it says once nothing in it is encoded any more; undefined where that isn't to be told. */
function decoded(text: string): string | undefined {
  let [now, before] = [text, '']
  for (let i = 0; i < 4 && now !== before; i++) {
    before = now
    try {
      now = decodeURIComponent(now)
    } catch {
      return undefined
    }
  }
  return now === before ? now : undefined
}
