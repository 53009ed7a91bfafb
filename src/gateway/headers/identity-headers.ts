import type { IdentityHeaderNames } from '../../config/schema.ts'
import type { Identity } from '../../http/identity.ts'
import { headerNames, type ReadHeaderName } from './header-names.ts'
import { listedInConnection } from './hop-by-hop.ts'

/** The gateway's own cookies. */
const OWN_COOKIE = /(^|;\s*)__Host-skillgate-[^;]*/g

export interface Caller {
  identity?: Identity
  /** The client's; the trusted proxy's where that doesn't tell. */
  address: string
  /** What was asked for, where the route is for one host; else that of the gateway itself. */
  host?: string
  /** The value of `Authorization` that the gateway signs in with at the upstream. */
  credentials?: string
}

/** Builds the headers of a request to an upstream: first everything is removed that could deceive it, then ours are set. */
export type IdentityHeaders = (rawHeaders: string[], caller: Caller) => string[]

/**
 * @param publicHost what upstreams are told was asked for; the `Host` of a request is whatever its client wrote.
 * @param readName tells which headers of a client go on.
 */
export function identityHeaders(
  names: IdentityHeaderNames,
  publicHost: string,
  readName: ReadHeaderName = headerNames(names),
): IdentityHeaders {
  const port = /:\d+$/.exec(publicHost)?.[0] ?? ''
  return function buildHeaders(rawHeaders, { identity, address, host, credentials }) {
    const headers = removeUntrusted(rawHeaders, readName)
    headers.push(
      'X-Forwarded-For',
      address,
      'X-Forwarded-Host',
      host === undefined ? publicHost : `${host}${port}`,
      'X-Forwarded-Proto',
      'https',
    )
    if (credentials !== undefined) headers.push('Authorization', credentials)
    if (identity) {
      const { user, client } = identity
      headers.push(names.user_id, user.id)
      headers.push(names.user_name, user.name)
      headers.push(names.display_name, utf8Bytes(user.displayName))
      if (client !== undefined) headers.push(names.client_id, client)
      headers.push(names.scopes, identity.scopes.join(' '))
    }
    return headers
  }
}

function removeUntrusted(rawHeaders: string[], readName: ReadHeaderName): string[] {
  const listed = listedInConnection(rawHeaders)
  const kept: string[] = []
  /** Where the value of the one `Cookie` is. */
  let cookies = -1
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const { fate, canonical } = readName(name)
    if (fate !== 'passed' || listed?.has(canonical)) continue
    const value = rawHeaders[i + 1] as string
    if (canonical !== 'cookie') {
      kept.push(name, value)
      continue
    }
    const others = value.replace(OWN_COOKIE, '').replace(/^;\s*/, '')
    if (others === '') continue
    // HTTP/2 may split them, HTTP/1.1 may not. @see RFC 9113 section 8.2.3
    if (cookies < 0) cookies = kept.push(name, others) - 1
    else kept[cookies] += `; ${others}`
  }
  return kept
}

/** A header is bytes; Node writes each character of a string as one. */
function utf8Bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
