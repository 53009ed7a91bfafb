import type { IncomingHttpHeaders } from 'node:http'
import type { Identity } from './identity.ts'

/** What an endpoint of the gateway's own is asked. */
export interface EndpointRequest {
  /** Who is calling, at an endpoint that asks for an access token. */
  identity?: Identity
  /** After the `?`, as it came. */
  query: string
  headers: IncomingHttpHeaders
  /** The client's address; undefined where a trusted proxy doesn't tell. */
  address: string | undefined
  /**
   * The whole body: bytes as characters, as of a form; where it was read to let the request in, as UTF-8. @throws an error that is answered 413 or 415 where it can't be taken.
   */
  readBody: () => Promise<string>
}

/** What an endpoint answers. */
export interface Answer {
  status: number
  headers: Record<string, string | string[]>
  body: string
  /** For the log only: what really happened. */
  detail?: string
}

/** @param path as it came, for one that answers at more than one. */
export type Endpoint = (request: EndpointRequest, path: string) => Answer | Promise<Answer>

/** Nothing that is answered here may be kept by anybody on the way. @see RFC 6749 section 5.1 */
const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }

export function jsonAnswer(status: number, value: unknown, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...NO_STORE, 'X-Content-Type-Options': 'nosniff', ...headers },
    body: JSON.stringify(value),
  }
}

/** What anybody may know, and may keep for a while. */
export function metadataAnswer(value: unknown): Answer {
  return jsonAnswer(200, value, { 'Cache-Control': `public, max-age=${METADATA_KEPT_SECONDS}`, Pragma: [] })
}

/** Short enough that whoever was refused and tries again sees what has been allowed meanwhile. */
const METADATA_KEPT_SECONDS = 120

/** Sends a browser on with GET, whatever it came with: 303, never 307, which would send a password along. */
export function seeOther(location: string, headers: Answer['headers'] = {}): Answer {
  return {
    status: 303,
    headers: { Location: location, ...NO_STORE, 'Referrer-Policy': 'no-referrer', ...headers },
    body: '',
  }
}

export function htmlAnswer(status: number, page: string, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...NO_STORE, ...headers }, body: page }
}
