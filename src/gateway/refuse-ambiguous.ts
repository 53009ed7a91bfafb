import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../http/gateway-error.ts'

/** Where a request wants to go. Both parts are forwarded exactly as they are here. */
export interface Target {
  path: string
  /** With its `?`, or empty. */
  query: string
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const MOST_HEADERS = 100

/** Names under which some server down the line might read the framing or the host. */
const LOOK_ALIKES = new Set(['content-length', 'transfer-encoding', 'host', 'connection', 'authorization'])

/**
 * Refuses what is not one clear request: what two servers could read in two ways, one could use to get past the other.
 * Node's own parser is more generous than that.
 * @throws GatewayError ambiguous_request
 * @see RFC 9112 sections 3.2, 6.3 and 11.2
 */
export function refuseAmbiguous(request: IncomingMessage): Target {
  if (!METHODS.has(request.method ?? '')) refuse(`method ${request.method}`)
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') refuse(`HTTP version ${request.httpVersion}`)
  refuseAmbiguousHeaders(request)
  return readTarget(request.url ?? '')
}

function refuseAmbiguousHeaders({ rawHeaders, method, httpVersion }: IncomingMessage): void {
  if (rawHeaders.length > 2 * MOST_HEADERS) refuse(`more than ${MOST_HEADERS} headers`)
  let host: string | undefined
  let length: string | undefined
  let coding: string | undefined
  let authorized = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    if (/[^\t\x20-\x7e]/.test(value)) refuse(`a byte beyond ASCII in ${name}`)
    switch (name) {
      case 'host':
        if (host !== undefined) refuse('two Host headers')
        host = value
        break
      case 'content-length':
        if (length !== undefined || !/^(0|[1-9]\d{0,15})$/.test(value)) refuse('Content-Length twice or malformed')
        length = value
        break
      case 'transfer-encoding':
        if (coding !== undefined || value.toLowerCase() !== 'chunked') refuse(`Transfer-Encoding ${value}`)
        coding = value
        break
      case 'authorization':
        if (authorized) refuse('two Authorization headers')
        authorized = true
        break
      case 'expect':
        if (value.toLowerCase() !== '100-continue') refuse(`Expect ${value}`)
        break
      case '__proto__':
        refuse('a __proto__ header')
        break
      default:
        if (/[_.]/.test(name) && LOOK_ALIKES.has(name.replace(/[_.]/g, '-'))) refuse(`the header ${name}`)
    }
  }
  if (host === undefined || !/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/.test(host)) refuse(`Host ${host}`)
  if (coding !== undefined && length !== undefined) refuse('Transfer-Encoding beside Content-Length')
  if (coding !== undefined && httpVersion === '1.0') refuse('Transfer-Encoding in HTTP/1.0')
  const hasBody = coding !== undefined || (length !== undefined && length !== '0')
  if (hasBody && (method === 'GET' || method === 'HEAD')) refuse(`${method} with a body`)
}

/** Printable ASCII without `#`; anything else belongs percent-encoded. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/

/**
 * In a path: an empty segment, a dot segment (with or without `;parameters`), a backslash, and what would be one of
 * these, a slash or a NUL once decoded, or decoded twice; and a `%` that encodes nothing.
 */
const TWO_READINGS = /\/\/|\/\.{1,2}(?=[/;]|%3b|$)|\\|%(?:2e|2f|5c|00|25)|%(?![0-9a-f]{2})/i

function readTarget(url: string): Target {
  const cut = url.indexOf('?')
  const path = cut < 0 ? url : url.slice(0, cut)
  if (!TARGET.test(url) || TWO_READINGS.test(path)) refuse(`target ${JSON.stringify(path.slice(0, 200))}`)
  return { path, query: cut < 0 ? '' : url.slice(cut) }
}

function refuse(detail: string): never {
  const sentence = 'This request can be read in more than one way, so it was not passed on. Check its path and headers.'
  throw new GatewayError('ambiguous_request', sentence, detail, { Connection: 'close' })
}
