import { Refusal } from '../pages/refusal.ts'

/** Each refusal of the gateway's own, with its status. OAuth's have their own list. */
const STATUS = {
  ambiguous_request: 400,
  upgrade_not_allowed: 400,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  body_too_large: 413,
  unsupported_body: 415,
  internal_error: 500,
  bad_gateway: 502,
  upstream_refused_gateway: 502,
  store_unavailable: 503,
  too_busy: 503,
  gateway_timeout: 504,
} as const

export type GatewayErrorCode = keyof typeof STATUS

/** A request that the gateway doesn't forward, or couldn't. */
export class GatewayError extends Refusal<GatewayErrorCode> {
  override name = 'GatewayError'
  readonly headers: Record<string, string>

  /** @param sentence what happened and what to do now, for whoever called. */
  constructor(code: GatewayErrorCode, sentence: string, detail = sentence, headers: Record<string, string> = {}) {
    super(code, STATUS[code], sentence, detail)
    this.headers = headers
  }
}
