import { HOP_BY_HOP, listedInConnection } from './hop-by-hop.ts'

/**
 * An upstream shares its host with the pages on which people sign in and approve. What it answers goes for what it was
 * asked for: nothing that browsers keep for the whole host is its to say.
 */
const FOR_THE_WHOLE_HOST = [
  'accept-ch',
  'alt-svc',
  'clear-site-data',
  'critical-ch',
  'expect-ct',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'reporting-endpoints',
  'sec-session-registration',
  'secure-session-registration',
  'service-worker-allowed',
  'set-login',
  'strict-transport-security',
  'use-as-dictionary',
]

/** The gateway's own to say: a page of an upstream's that said it as well could hold on to a page of the gateway's. */
const OURS = ['cross-origin-opener-policy', 'cross-origin-opener-policy-report-only', 'x-content-type-options']

const NOT_PASSED_BACK = new Set([...HOP_BY_HOP, ...FOR_THE_WHOLE_HOST, ...OURS])

/**
 * What makes a document one of nobody's origin, though it comes from this host: it can run scripts, but is no closer to
 * the pages of the gateway than any page elsewhere. What it opens is free of that again, or nobody could link from it.
 */
const SANDBOX = [
  'Content-Security-Policy',
  'sandbox allow-scripts allow-forms allow-modals allow-downloads allow-popups allow-popups-to-escape-sandbox',
]

/**
 * What no browser makes a document with scripts of, told by nosniff not to guess. Anything else may become one: HTML,
 * XML of any kind and so SVG, several parts, a type that is missing, doubled or made up. Of a list browsers take the last.
 */
const NO_DOCUMENT =
  /^(?:application\/(?:json|javascript|octet-stream|pdf|wasm|[a-z0-9.-]+\+json)|text\/(?:plain|css|csv|javascript|event-stream)|image\/(?:apng|avif|bmp|gif|jpeg|png|webp|x-icon|vnd\.microsoft\.icon)|(?:audio|font|video)\/[a-z0-9.-]+)\s*(?:;[^,]*)?$/i

/** Whether a `Set-Cookie` of an upstream's would take the place of one of the gateway's own. */
function setsOwnCookie(value: string): boolean {
  // Older browsers send a cookie without a name back as if its value were the whole.
  return /^\s*=?\s*__Host-skillgate-/i.test(value)
}

/**
 * The headers of an upstream's response that go on to the client, as raw pairs.
 * @param sandbox whether documents among them are kept apart from the gateway's own pages.
 * @param cors what is said of who may read it, in place of what the upstream says; undefined where it is the upstream's
 * to say.
 */
export function responseHeaders(rawHeaders: string[], sandbox = true, cors?: readonly string[]): string[] {
  const listed = listedInConnection(rawHeaders)
  const kept: string[] = []
  let types = 0
  let isDocument = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    if (NOT_PASSED_BACK.has(name) || listed?.has(name)) continue
    if (name === 'set-cookie' && setsOwnCookie(value)) continue
    if (cors && name.startsWith('access-control-')) continue
    if (name === 'content-type') {
      types++
      isDocument ||= !NO_DOCUMENT.test(value)
    }
    kept.push(rawHeaders[i] as string, value)
  }
  kept.push('X-Content-Type-Options', 'nosniff')
  if (sandbox && (isDocument || types !== 1)) kept.push(...SANDBOX)
  if (cors) kept.push(...cors)
  return kept
}
