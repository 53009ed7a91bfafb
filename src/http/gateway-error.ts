import { Refusal } from './refusal.ts'

/**
 * Each refusal of the gateway's own, with its status, and what docs/reference/errors.md says of it. OAuth's have their
 * own list.
 */
export const GATEWAY_ERRORS = {
  ambiguous_request: {
    status: 400,
    sentence: 'The request can be read in more than one way. Check its path and headers.',
  },
  malformed_request: {
    status: 400,
    sentence: 'This is not HTTP.',
  },
  upgrade_not_allowed: {
    status: 400,
    sentence: 'This address takes no WebSocket, or it was another upgrade.',
  },
  unauthorized: {
    status: 401,
    sentence: 'There was no access token. Send one as `Authorization: Bearer`.',
  },
  https_required: {
    status: 403,
    sentence: 'A request with a body or with credentials came without TLS. Use the `https` address.',
  },
  not_found: {
    status: 404,
    sentence: 'No route leads there.',
  },
  method_not_allowed: {
    status: 405,
    sentence: 'The address takes other methods, which `Allow` names.',
  },
  request_timeout: {
    status: 408,
    sentence: 'The headers, or the body of a form, did not arrive within 5 s; or another body within 300 s.',
  },
  body_too_large: {
    status: 413,
    sentence: 'A form of more than 32 KiB.',
  },
  unsupported_body: {
    status: 415,
    sentence: 'A form with a `Content-Encoding`.',
  },
  headers_too_large: {
    status: 431,
    sentence: 'The headers are more than 16 KiB.',
  },
  internal_error: {
    status: 500,
    sentence: "A fault of the gateway's own, of which the log has the rest.",
  },
  bad_gateway: {
    status: 502,
    sentence: "The upstream can't be reached. Is it running?",
  },
  upstream_refused_gateway: {
    status: 502,
    sentence: "The upstream doesn't accept the gateway's own token: renew `upstreams.NAME.token`.",
  },
  store_unavailable: {
    status: 503,
    sentence: "The database can't be used right now. Nothing is lost; try again.",
  },
  too_busy: {
    status: 503,
    sentence: 'More than 20 sign-ins are waiting. Try again.',
  },
  gateway_timeout: {
    status: 504,
    sentence: 'The upstream takes longer than its `response_timeout`.',
  },
} as const

/** These are never thrown: the listeners answer where nothing of the gateway has seen the request yet. */
type BeforeRequest = 'malformed_request' | 'headers_too_large' | 'https_required'

export type GatewayErrorCode = Exclude<keyof typeof GATEWAY_ERRORS, BeforeRequest>

/** A request that the gateway doesn't forward, or couldn't. */
export class GatewayError extends Refusal<GatewayErrorCode> {
  override name = 'GatewayError'
  readonly headers: Record<string, string>

  /** @param sentence what happened and what to do now, for whoever called. */
  constructor(code: GatewayErrorCode, sentence: string, detail = sentence, headers: Record<string, string> = {}) {
    super(code, GATEWAY_ERRORS[code].status, sentence, detail)
    this.headers = headers
  }
}
