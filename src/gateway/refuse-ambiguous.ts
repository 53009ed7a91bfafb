import { GatewayError } from '../http/gateway-error.ts'
import type { Exchange } from './exchange.ts'
import type { ReadHeaderName } from './headers/header-names.ts'

/** Where a request wants to go. Both parts are forwarded exactly as they are here. */
export interface Target {
  path: string
  /** With its `?`, or empty. */
  query: string
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const HEADERS_LIMIT = 100

/**
 * Refuses what is not one clear request: what two servers could read in two ways, one could use to get past the other.
 * Node's own parser is more generous than that.
 * @param readName tells which names only look like what a client may not say.
 * @throws GatewayError ambiguous_request
 * @see RFC 9112 sections 3.2, 6.3 and 11.2
 */
export function refuseAmbiguous(
  { record, method, target, host, rawHeaders, body }: Exchange,
  readName: ReadHeaderName,
): Target {
  if (!METHODS.has(method)) refuse(`method ${method}`)
  const { protocol } = record
  if (!PROTOCOLS.has(protocol)) refuse(protocol)
  if (host === null) refuse('two Host headers')
  if (host === undefined || !HOST.test(host)) refuse(`Host ${host}`)
  const framing = readFraming(rawHeaders, readName)
  if (framing.coding && framing.length !== undefined) refuse('Transfer-Encoding beside Content-Length')
  if (framing.coding && protocol === 'HTTP/1.0') refuse('Transfer-Encoding in HTTP/1.0')
  if (body !== null && (method === 'GET' || method === 'HEAD')) refuse(`${method} with a body`)
  // The record has it as it may be logged.
  if (!isClearTarget(target)) refuse(`target ${JSON.stringify(record.path.slice(0, 200))}`)
  const cut = target.indexOf('?')
  return cut < 0 ? { path: target, query: '' } : { path: target.slice(0, cut), query: target.slice(cut) }
}

const PROTOCOLS = new Set(['HTTP/1.1', 'HTTP/1.0', 'HTTP/2'])
const HOST = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/

interface Framing {
  length: string | undefined
  coding: boolean
}

function readFraming(rawHeaders: string[], readName: ReadHeaderName): Framing {
  if (rawHeaders.length > 2 * HEADERS_LIMIT) refuse(`more than ${HEADERS_LIMIT} headers`)
  let length: string | undefined
  let coding = false
  let authorized = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const { lower: name, fate } = readName(rawHeaders[i] as string)
    if (fate === 'refused') refuse(`the header ${name}`)
    const value = rawHeaders[i + 1] as string
    if (/[^\t\x20-\x7e]/.test(value)) refuse(`a byte beyond ASCII in ${name}`)
    switch (name) {
      case 'content-length':
        if (length !== undefined || !/^(0|[1-9]\d{0,15})$/.test(value)) refuse('Content-Length twice or malformed')
        length = value
        break
      case 'transfer-encoding':
        if (coding || value.toLowerCase() !== 'chunked') refuse(`Transfer-Encoding ${value}`)
        coding = true
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
    }
  }
  return { length, coding }
}

/** Printable ASCII without `#`; anything else belongs percent-encoded. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/

/**
 * In a path: an empty segment, a dot segment (with or without `;parameters`), a backslash, and what would be one of
 * these, a slash or a NUL once decoded, or decoded twice; and a `%` that encodes nothing.
 */
const TWO_READINGS = /\/\/|\/\.{1,2}(?=[/;]|%3b|$)|\\|%(?:2e|2f|5c|00|25)|%(?![0-9a-f]{2})/i

/** Whether everybody reads path and query alike. */
export function isClearTarget(target: string): boolean {
  return TARGET.test(target) && !TWO_READINGS.test(target.split('?', 1)[0] as string)
}

function refuse(detail: string): never {
  throw new GatewayError('ambiguous_request', detail)
}
