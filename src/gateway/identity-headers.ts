import type { IdentityHeaderNames } from '../config/schema.ts'
import type { AccessToken } from '../oauth/grants/access-tokens.ts'

/** Concern one connection only. @see RFC 9110 section 7.6.1 */
const HOP_BY_HOP = [
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

/** What only a proxy may say: said by a client it is a lie. */
const FORWARDING = ['forwarded', 'x-real-ip']
const FORWARDING_PREFIX = 'x-forwarded-'

/** What is between the client and this gateway, and no business of an upstream. */
const ENDS_HERE = ['authorization', 'expect', 'host']

/** The gateway's own cookies. */
const OWN_COOKIE = /(^|;\s*)__Host-skillgate-[^;]*/g

export interface Caller {
  identity?: AccessToken
  /** The client's; the trusted proxy's where that doesn't tell. */
  address: string
}

/** Builds the headers of a request to an upstream: first everything is removed that could deceive it, then ours are set. */
export type IdentityHeaders = (rawHeaders: string[], caller: Caller, token: string | undefined) => string[]

/** @param publicHost what upstreams are told was asked for; the `Host` of a request is whatever its client wrote. */
export function identityHeaders(names: IdentityHeaderNames, publicHost: string): IdentityHeaders {
  const removed = new Set([
    ...HOP_BY_HOP,
    ...FORWARDING,
    ...ENDS_HERE,
    ...Object.values(names).map((name) => name.toLowerCase()),
  ])

  return function buildHeaders(rawHeaders, { identity, address }, token) {
    const headers = removeUntrusted(rawHeaders, removed)
    headers.push('X-Forwarded-For', address, 'X-Forwarded-Host', publicHost, 'X-Forwarded-Proto', 'https')
    if (token !== undefined) headers.push('Authorization', `Bearer ${token}`)
    if (identity) {
      headers.push(names.user_id, identity.userId)
      headers.push(names.user_name, identity.userName)
      headers.push(names.display_name, utf8Bytes(identity.displayName))
      headers.push(names.client_id, identity.clientId)
      headers.push(names.scopes, identity.scopes.join(' '))
    }
    return headers
  }
}

function removeUntrusted(rawHeaders: string[], removed: Set<string>): string[] {
  const listed = listedInConnection(rawHeaders)
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const canonical = canonicalName(name)
    if (removed.has(canonical) || canonical.startsWith(FORWARDING_PREFIX) || listed?.has(canonical)) continue
    const value = rawHeaders[i + 1] as string
    if (canonical !== 'cookie') kept.push(name, value)
    else if (value.replace(OWN_COOKIE, '')) kept.push(name, value.replace(OWN_COOKIE, '').replace(/^;\s*/, ''))
  }
  return kept
}

/** One name for all that a server behind CGI or WSGI would read as the same. */
function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[_.]/g, '-')
}

/** Framing is never up to a client's `Connection`, so a listed Content-Length stays. */
function listedInConnection(rawHeaders: string[]): Set<string> | undefined {
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

/** A header is bytes; Node writes each character of a string as one. */
function utf8Bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

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
